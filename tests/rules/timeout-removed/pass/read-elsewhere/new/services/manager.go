package services

func NewManager(c *Flags) *Manager {
	limit := c.Duration("fetch-timeout")
	return &Manager{limit: limit}
}
