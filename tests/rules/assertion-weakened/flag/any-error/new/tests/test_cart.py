def test_unknown(cart):
    with pytest.raises(Exception):
        cart.add("plum", 1)
