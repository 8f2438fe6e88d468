package flags

func TestOff(t *testing.T) {
	found := Load("none")
	assert.Equal(t, false, found.Enabled())
}
