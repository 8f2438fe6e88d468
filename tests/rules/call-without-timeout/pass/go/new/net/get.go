package net

func New() *http.Client {
	return &http.Client{Timeout: time.Second}
}
