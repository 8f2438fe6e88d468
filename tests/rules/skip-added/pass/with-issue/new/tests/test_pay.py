@pytest.mark.skip(reason="gateway sandbox is down until 2026-12-01, #481")
def test_charge():
    assert charge() == 1
