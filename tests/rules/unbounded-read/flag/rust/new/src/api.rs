pub async fn hook(body: Body) -> Result<(), Error> {
    let bytes = axum::body::to_bytes(body, usize::MAX).await?;
    store(bytes)
}
