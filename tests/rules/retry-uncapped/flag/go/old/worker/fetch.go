package worker

func fetch(c *Client) (*Job, error) {
	return c.Next()
}
