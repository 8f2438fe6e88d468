def consume(queue):
    while True:
        try:
            handle(queue.get())
        except HandlerError:
            log.exception("message failed")
