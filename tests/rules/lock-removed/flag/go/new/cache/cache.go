package cache

func (c *Cache) Put(key string, value []byte) {
	c.items[key] = value
	c.size += len(value)
}
