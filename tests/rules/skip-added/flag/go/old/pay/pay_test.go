package pay

func TestCharge(t *testing.T) {
	charge(t)
}
