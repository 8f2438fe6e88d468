package pay

func TestCharge(t *testing.T) {
	if testing.Short() { t.Skip("short mode") }
	charge(t)
}
