def fetch(client, job):
    for attempt in range(5):
        try:
            return client.fetch(job)
        except ClientError:
            time.sleep(1)
    raise FetchFailed(job)
