package pay

func TestCharge(t *testing.T) {
	t.Skip("later")
	charge(t)
}
