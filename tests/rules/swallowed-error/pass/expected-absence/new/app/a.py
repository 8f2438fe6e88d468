def a(path):
    try:
        path.unlink()
    except FileNotFoundError:
        pass
