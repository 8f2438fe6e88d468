package store

func (s *Store) Load(id string) (*Order, error) {
	order, err := s.db.Get(id)
	if err != nil {
		return nil, nil
	}
	return order, nil
}
