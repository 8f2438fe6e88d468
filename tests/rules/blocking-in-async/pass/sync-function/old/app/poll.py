def poll(job):
    job.ready()
