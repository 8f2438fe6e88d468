package pay

func Charge(o Order) error {
	err := gateway.Charge(o)
	if errors.Is(err, ErrDeclined) {
		return Declined{o}
	}
	return err
}
