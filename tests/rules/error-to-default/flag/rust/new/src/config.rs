pub fn load(path: &Path) -> Result<Config> {
    let text = fs::read_to_string(path)?;
    let config = toml::from_str(&text).unwrap_or_default();
    Ok(config)
}
