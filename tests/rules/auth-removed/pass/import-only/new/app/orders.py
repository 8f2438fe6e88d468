from app.auth import requires_role


def a():
    return 1
