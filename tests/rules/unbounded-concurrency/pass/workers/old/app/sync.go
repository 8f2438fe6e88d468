package app

func start(jobs chan Job) {
	run(jobs)
}
