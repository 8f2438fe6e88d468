def fetch(client, job):
    attempts = 0
    while True:
        try:
            return client.fetch(job)
        except ClientError:
            attempts += 1
            if attempts > 5:
                raise
            time.sleep(random.random() * 2**attempts)
