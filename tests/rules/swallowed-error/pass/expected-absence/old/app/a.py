def a(path):
    path.unlink()
