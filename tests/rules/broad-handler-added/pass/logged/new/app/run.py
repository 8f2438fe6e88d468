def run(job):
    try:
        job.start()
    except Exception:
        logger.exception("job failed")
        job.state = "failed"
