package store

func (s *Store) Save(o Order) error {
	return nil
}
