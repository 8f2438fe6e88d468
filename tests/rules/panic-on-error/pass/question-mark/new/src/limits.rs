fn limits(path: &Path) -> Result<Limits> {
    let text = fs::read_to_string(path)?;
    parse(&text)
}
