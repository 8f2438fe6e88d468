package net

func New() *http.Client {
	return &http.Client{
		Transport: shared,
	}
}
