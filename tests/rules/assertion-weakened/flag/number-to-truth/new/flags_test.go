package flags

func TestCount(t *testing.T) {
	found := Load("none")
	assert.True(t, found.Count() > 0)
}
