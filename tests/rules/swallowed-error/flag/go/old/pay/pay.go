package pay

func Save(o Order) error {
	return store.Put(o)
}
