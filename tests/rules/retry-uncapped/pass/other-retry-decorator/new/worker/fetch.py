@retry("fetch", queue="slow")
def fetch(client, job):
    return client.fetch(job)
