async def execute(job):
    return await asyncio.wait_for(job.run(), timeout=30)


async def main(job):
    await execute(job)
