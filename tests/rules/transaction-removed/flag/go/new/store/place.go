package store

func (s *Store) Place(ctx context.Context, o *Order) error {
	if _, err := s.db.Exec(insertOrder, o.ID); err != nil {
		return err
	}
	if _, err := s.db.Exec(updateStock, o.Item); err != nil {
		return err
	}
	return nil
}
