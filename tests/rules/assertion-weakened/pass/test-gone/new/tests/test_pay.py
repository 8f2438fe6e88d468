def test_tax():
    assert tax() == 2
