X = 1


def a():
    try:
        close()
    except Exception:
        pass
