def test_age():
    assert age()
