def consume(queue):
    handle(queue.get())
