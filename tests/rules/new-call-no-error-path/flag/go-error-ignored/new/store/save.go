package store

func (s *Store) Save(o Order) error {
	s.db.Exec("INSERT INTO orders (sku) VALUES ($1)", o.SKU)
	return nil
}
