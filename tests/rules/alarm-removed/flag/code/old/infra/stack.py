def queue(self):
    queue = Queue(self, "orders")
    cloudwatch.Alarm(self, "age", metric=queue.metric_age(), threshold=300, evaluation_periods=2)
    return queue
