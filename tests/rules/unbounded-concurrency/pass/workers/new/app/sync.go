package app

func start(jobs chan Job) {
	for i := 0; i < numWorkers; i++ {
		go run(jobs)
	}
}
