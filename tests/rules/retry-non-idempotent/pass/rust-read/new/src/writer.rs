pub async fn write(client: &Client, rows: Vec<Row>) -> Result<(), Error> {
    for attempt in 0..5 {
        match client.fetch(&rows).await {
            Ok(_) => return Ok(()),
            Err(error) => {
                tracing::warn!("attempt {attempt} failed: {error}");
                tokio::time::sleep(backoff(attempt)).await;
            }
        }
    }
    Err(Error::Gone)
}
