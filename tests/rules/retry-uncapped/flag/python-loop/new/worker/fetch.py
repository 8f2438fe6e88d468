def fetch(client, job):
    while True:
        try:
            return client.fetch(job)
        except ClientError:
            log.warning("again")
            time.sleep(random.random())
