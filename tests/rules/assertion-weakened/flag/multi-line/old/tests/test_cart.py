def test_total(cart):
    cart.add("pear", 2)
    result = cart.total(
        currency="EUR",
    )
    assert result == Money(
        420,
        "EUR",
    )
    assert cart.lines == 1
