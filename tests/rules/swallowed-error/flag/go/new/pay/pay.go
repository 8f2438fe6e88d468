package pay

func Save(o Order) error {
	if err := store.Put(o); err != nil {
		return nil
	}
	return nil
}
