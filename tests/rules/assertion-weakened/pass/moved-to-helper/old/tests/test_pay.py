def test_total():
    order = make()
    assert order.total == 42
    assert order.tax == 2
