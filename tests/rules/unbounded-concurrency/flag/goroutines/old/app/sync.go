package app

func sync(items []Item) {
	for _, item := range items {
		push(item)
	}
}
