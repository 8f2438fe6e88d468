package net

func body(resp *http.Response) ([]byte, error) {
	return io.ReadAll(resp.Body)
}
