@retry(stop=stop_after_attempt(5), wait=wait_random_exponential(max=30))
def fetch(client, job):
    return client.fetch(job)
