package flags

func TestCount(t *testing.T) {
	found := Load("none")
	assert.Equal(t, 3, found.Count())
}
