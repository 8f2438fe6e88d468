package bank

func TestRefundIsPaidOnce(t *testing.T) {
	a := newAccount(100)
	Refund(a, 10)
	if a.Balance != 90 {
		t.Fatalf("balance %d", a.Balance)
	}
}

func TestOpen(t *testing.T) {
	newAccount(1)
}
