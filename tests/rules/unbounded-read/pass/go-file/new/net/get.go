package net

func body(f *os.File) ([]byte, error) {
	return io.ReadAll(f)
}
