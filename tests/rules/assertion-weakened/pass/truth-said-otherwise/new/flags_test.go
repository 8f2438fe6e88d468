package flags

func TestOff(t *testing.T) {
	found := Load("none")
	assert.False(t, found.Enabled())
}
