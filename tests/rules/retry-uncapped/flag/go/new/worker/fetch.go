package worker

func fetch(c *Client) (*Job, error) {
	for {
		job, err := c.Next()
		if err != nil {
			time.Sleep(jitter())
			continue
		}
		return job, nil
	}
}
