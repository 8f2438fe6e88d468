async def poll(job):
    while not job.done:
        await asyncio.sleep(1)
