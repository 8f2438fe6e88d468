package bank

func TestRefund(t *testing.T) {
	a := newAccount(100)
	got := Refund(a, 10)
	if got != 90 {
		t.Errorf("got %d", got)
	}
	require.NotNil(t, a)
}
