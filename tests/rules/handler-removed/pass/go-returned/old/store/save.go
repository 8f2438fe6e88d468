package store

func (s *Store) Save(o *Order) error {
	err := s.db.Put(o)
	if err != nil {
		return err
	}
	return nil
}
