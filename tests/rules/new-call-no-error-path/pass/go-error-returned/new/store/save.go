package store

func (s *Store) Save(o Order) error {
	_, err := s.db.Exec("INSERT INTO orders (sku) VALUES ($1)", o.SKU)
	return err
}
