@retry(stop=stop_after_attempt(5), wait=wait_fixed(2))
def fetch(client, job):
    return client.fetch(job)
