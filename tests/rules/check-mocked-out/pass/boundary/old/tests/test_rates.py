def test_rates():
    assert rates()
