package bank

func TestOpen(t *testing.T) {
	newAccount(1)
}
