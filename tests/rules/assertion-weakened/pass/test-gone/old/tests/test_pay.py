def test_total():
    assert total() == 42


def test_tax():
    assert tax() == 2
