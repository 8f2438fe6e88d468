package ra

func check(names []string) {
	for _, name := range names {
		go func(name string) {
			results <- va.Check(name)
		}(name)
	}
}
