"""Talk to the stock service."""

import httpx

STOCK = "http://stock.shop.svc:8080"


class StockClient:
    """Reserves, confirms and releases articles for an order."""

    def __init__(self, client: httpx.Client | None = None) -> None:
        self._client = client or httpx.Client(base_url=STOCK, timeout=None)

    def _send(self, verb: str, order: str, **body: object) -> None:
        response = self._client.post(f"/orders/{order}/{verb}", json=body)
        response.raise_for_status()

    def reserve(self, order: str, article: str, quantity: int) -> None:
        """Reserve a quantity of an article; raises when there is not enough."""
        self._send("reserve", order, article=article, quantity=quantity)

    def confirm(self, order: str) -> None:
        """Turn the reservations of an order into shipments."""
        self._send("confirm", order)

    def release(self, order: str) -> None:
        """Give the reservations of an order back."""
        self._send("release", order)
