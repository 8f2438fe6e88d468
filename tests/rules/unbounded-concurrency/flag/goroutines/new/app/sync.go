package app

func sync(items []Item) {
	var wg sync.WaitGroup
	for _, item := range items {
		wg.Add(1)
		go func(item Item) {
			defer wg.Done()
			push(item)
		}(item)
	}
	wg.Wait()
}
