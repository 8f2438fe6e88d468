def test_charge():
    assert charge() == 1
