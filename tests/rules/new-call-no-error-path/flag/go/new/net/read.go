package net

func Read(path string) []byte {
	data, _ := os.ReadFile(path)
	return data
}
