def fetch(client, job):
    for attempt in range(5):
        try:
            return client.fetch(job)
        except ClientError:
            time.sleep(random.random() * 2**attempt)
    raise FetchFailed(job)
