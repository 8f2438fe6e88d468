package store

func (s *Store) Place(ctx context.Context, o *Order) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.Exec(insertOrder, o.ID); err != nil {
		return err
	}
	if _, err := tx.Exec(updateStock, o.Item); err != nil {
		return err
	}
	return tx.Commit()
}
