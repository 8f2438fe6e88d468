async def poll(job):
    await job.ready()
