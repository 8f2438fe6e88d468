package store

func (s *Store) Transfer(from, to, amount int) error {
	if _, err := s.db.Exec(`UPDATE accounts SET balance = balance - $1 WHERE id = $2`, amount, from); err != nil {
		return err
	}
	_, err := s.db.Exec(`UPDATE accounts SET balance = balance + $1 WHERE id = $2`, amount, to)
	return err
}
