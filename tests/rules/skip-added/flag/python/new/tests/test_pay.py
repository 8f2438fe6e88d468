@pytest.mark.skip(reason="flaky")
def test_charge():
    assert charge() == 1
