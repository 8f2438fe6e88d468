package main

func setup(c *Flags) {
	server.Name = c.String("server-name")
	server.Settings.Timeout = c.Duration("fetch-timeout")
	server.Settings.Port = c.Int("server-port")
}
