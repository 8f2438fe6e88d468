def test_charge_fails():
    with pytest.raises(PaymentFailed):
        charge(1)
