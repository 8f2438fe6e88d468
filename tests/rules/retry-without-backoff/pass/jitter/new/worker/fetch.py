def fetch(client, job):
    for attempt in range(5):
        try:
            return client.fetch(job)
        except ClientError:
            time.sleep(random.uniform(0, 2**attempt))
    raise FetchFailed(job)
