def fetch(client, job):
    return client.fetch(job)
