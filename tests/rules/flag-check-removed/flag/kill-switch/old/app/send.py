def send(batch):
    if settings.KILL_SWITCH_SEND:
        return
    deliver(batch)
    mark_sent(batch)
