pub async fn notify(client: &Client, order: &Order) -> Result<(), Error> {
    client.post("http://billing/charge").json(order).send().await?.error_for_status()?;
    Ok(())
}
