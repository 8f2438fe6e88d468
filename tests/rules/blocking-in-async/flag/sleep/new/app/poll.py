async def poll(job):
    while not job.done:
        time.sleep(1)
