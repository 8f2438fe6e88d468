def check(order):
    assert order.total == 42
    assert order.tax == 2


def test_total():
    order = make()
    check(order)
