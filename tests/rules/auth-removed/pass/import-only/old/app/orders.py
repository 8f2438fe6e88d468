from app.auth import login_required, requires_role


def a():
    return 1
