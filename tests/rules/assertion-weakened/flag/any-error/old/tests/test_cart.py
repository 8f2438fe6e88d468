def test_unknown(cart):
    with pytest.raises(UnknownItem, match="plum"):
        cart.add("plum", 1)
