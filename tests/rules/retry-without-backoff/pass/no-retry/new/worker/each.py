def each(jobs):
    for job in jobs:
        try:
            job.run()
        except JobError:
            report(job)
