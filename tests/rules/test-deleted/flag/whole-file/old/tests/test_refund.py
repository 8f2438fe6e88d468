from bank.refund import refund


def test_refund_is_paid_once(account):
    refund(account, 10)
    refund(account, 10)
    assert account.balance == 90


def test_refund_of_nothing(account):
    refund(account, 0)
    assert account.balance == 80
