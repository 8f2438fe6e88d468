def test_total():
    assert total() is not None
