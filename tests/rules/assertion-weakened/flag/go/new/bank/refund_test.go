package bank

func TestRefund(t *testing.T) {
	a := newAccount(100)
	got := Refund(a, 10)
	_ = got
	require.NotNil(t, a)
}
