async def run(job):
    result = await job.execute()
    await job.store(result)
