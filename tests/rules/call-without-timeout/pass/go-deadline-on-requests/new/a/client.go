package a

func client(socket string) *http.Client {
	return &http.Client{
		Transport: dial(socket),
	}
}

func ask(ctx context.Context, c *http.Client) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, "GET", url, nil)
	return send(c, req, err)
}
