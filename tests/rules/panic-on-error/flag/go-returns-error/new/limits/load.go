package limits

func Load(path string) (int, error) {
	if path == "" {
		log.Fatalf("no path")
	}
	return read(path)
}
