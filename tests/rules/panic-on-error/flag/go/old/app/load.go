package app

func load(path string) (*Config, error) {
	return read(path)
}
