def fetch(client, job):
    while True:
        try:
            return client.fetch(job)
        except ClientError:
            time.sleep(random.random())
