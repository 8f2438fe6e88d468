package limits

func Load(path string) (int, error) {
	return read(path)
}
