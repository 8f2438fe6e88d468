package app

func load(path string) *Config {
	config, err := read(path)
	if err != nil {
		panic(err)
	}
	return config
}
