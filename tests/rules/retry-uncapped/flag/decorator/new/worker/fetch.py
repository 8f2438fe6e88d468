@retry(
    wait=wait_random_exponential(max=30),
    retry=retry_if_exception_type(ClientError),
)
def fetch(client, job):
    return client.fetch(job)
