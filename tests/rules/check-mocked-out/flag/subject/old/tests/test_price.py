def test_price(shop):
    assert shop.price("pear") == 3
