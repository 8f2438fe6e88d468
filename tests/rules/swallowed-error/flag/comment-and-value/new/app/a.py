def load(path):
    try:
        return read(path)
    except Exception:
        # nothing to be done
        return {}
