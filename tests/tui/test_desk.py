"""An exchange with a remote that does not answer keeps nothing else waiting."""

import threading
from types import SimpleNamespace

from reviewconsole.tui.desk import Desk


def test_an_exchange_holds_up_no_call_and_another_exchange_waits() -> None:
    desk, started, answer, order = Desk(SimpleNamespace()), threading.Event(), threading.Event(), []

    def stalled(_service: object) -> str:
        started.set()
        answer.wait(10)
        order.append("first")
        return "sent"

    exchange = threading.Thread(target=desk.call_beside, args=(stalled,))
    exchange.start()
    started.wait(10)
    second = threading.Thread(target=desk.call_beside, args=(lambda _service: order.append("second"),))
    second.start()
    assert desk.call(lambda _service: "listed") == "listed"
    assert order == []
    answer.set()
    exchange.join()
    second.join()
    assert order == ["first", "second"]
