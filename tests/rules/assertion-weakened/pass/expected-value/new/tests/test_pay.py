def test_total():
    assert total() == 43
