def send(batch):
    deliver(batch)
    mark_sent(batch)
