package net

func Call(ctx context.Context) error {
	c := &http.Client{Timeout: second}
	return c.Do(ctx)
}
