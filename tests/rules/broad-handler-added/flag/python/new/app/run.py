def run(job):
    try:
        job.start()
    except Exception as error:
        job.state = "failed"
