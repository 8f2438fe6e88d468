from flags import is_enabled, x


def a():
    return x(1)
