def a():
    try:
        close()
    except Exception:
        pass


def b():
    return 1
