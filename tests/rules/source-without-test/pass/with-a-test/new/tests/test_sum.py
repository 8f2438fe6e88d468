def test_total(order):
    assert total(order) == 3
