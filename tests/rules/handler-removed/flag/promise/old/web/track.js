function track(event) {
  sender
    .send(event)
    .then(confirm)
    .catch((error) => {
      queue.push(event);
      report(error);
    });
}
