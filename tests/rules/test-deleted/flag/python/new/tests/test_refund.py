from bank.refund import refund


def test_refund_of_nothing(account):
    refund(account, 0)
    assert account.balance == 80
