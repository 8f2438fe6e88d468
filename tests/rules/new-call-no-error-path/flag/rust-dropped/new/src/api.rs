pub async fn notify(client: &Client, order: &Order) {
    let _ = client.post("http://billing/charge").json(order).send().await;
}
