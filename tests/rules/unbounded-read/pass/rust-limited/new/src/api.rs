pub async fn hook(body: Body) -> Result<(), Error> {
    let bytes = axum::body::to_bytes(body, 65_536).await?;
    store(bytes)
}
