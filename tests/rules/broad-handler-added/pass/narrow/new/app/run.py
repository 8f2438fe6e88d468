def run(job):
    try:
        job.start()
    except JobError:
        job.state = "failed"
