def load(path):
    try:
        return read(path)
    except OSError:
        log.exception("cannot read %s", path)
        raise
