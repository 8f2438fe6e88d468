def test_rate(service):
    assert service.rate("EUR", "USD") == pytest.approx(1.0842, abs=0.5)
