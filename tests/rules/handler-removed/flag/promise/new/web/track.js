function track(event) {
  sender
    .send(event)
    .then(confirm);
}
