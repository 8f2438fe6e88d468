def test_total(cart):
    cart.add("pear", 2)
    result = cart.total(
        currency="EUR",
    )
    assert isinstance(
        result,
        Money,
    )
    assert cart.lines == 1
