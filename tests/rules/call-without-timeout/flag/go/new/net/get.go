package net

func Get(url string) (*http.Response, error) {
	client := &http.Client{Transport: shared}
	return client.Get(url)
}
