async def execute(job):
    return await job.run()


async def main(job):
    await asyncio.wait_for(execute(job), timeout=30)
