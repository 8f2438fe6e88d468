from flags import x


def a():
    return x(1)
