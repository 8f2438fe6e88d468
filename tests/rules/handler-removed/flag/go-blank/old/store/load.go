package store

func (s *Store) Load(ctx context.Context, id string) (*Order, error) {
	row, err := s.db.Query(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("load %s: %w", id, err)
	}
	order, err := decode(row)
	if err != nil {
		return nil, err
	}
	return order, nil
}
