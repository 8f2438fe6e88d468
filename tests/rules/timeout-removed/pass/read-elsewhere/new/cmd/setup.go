package main

func setup(c *Flags) {
	server.Name = c.String("server-name")
	server.Settings.Port = c.Int("server-port")
}
