async def run(job):
    result = await asyncio.wait_for(job.execute(), timeout=30)
    await job.store(result)
