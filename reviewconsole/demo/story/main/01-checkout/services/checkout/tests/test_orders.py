import httpx
import pytest

from checkout import orders


class Stock:
    def __init__(self):
        self.calls = []

    def reserve(self, order, article, quantity):
        self.calls.append(("reserve", article, quantity))

    def confirm(self, order):
        self.calls.append(("confirm",))

    def release(self, order):
        self.calls.append(("release",))


BASKET = [orders.Line("tea", 2, 450), orders.Line("cup", 1, 1200)]


def test_total_is_in_cents():
    assert orders.total(BASKET) == 2100


def test_stock_is_released_when_the_charge_fails(monkeypatch):
    def refuse(order, cents):
        raise httpx.ConnectError("refused")

    monkeypatch.setattr(orders, "charge", refuse)
    stock = Stock()
    with pytest.raises(orders.CheckoutError):
        orders.place("o-1", BASKET, stock)
    assert stock.calls[-1] == ("release",)


def test_an_empty_basket_is_refused():
    with pytest.raises(orders.CheckoutError, match="empty"):
        orders.place("o-2", [], Stock())
