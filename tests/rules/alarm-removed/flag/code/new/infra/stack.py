def queue(self):
    queue = Queue(self, "orders")
    return queue
