package services

func NewManager(c *Flags) *Manager {
	return &Manager{}
}
