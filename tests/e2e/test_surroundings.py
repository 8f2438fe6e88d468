"""What stands around a change, read from a real history."""

from reviewconsole.git.repository import Repository
from reviewconsole.loading.cache import Cache
from reviewconsole.loading.surroundings import _MEMORY, _dependents, surroundings
from tests.e2e.world import build, offer
from tests.rules.sample import file_diff


def test_importers_history_data_and_production_raise_the_score_and_are_explained(tmp_path):
    world = build(tmp_path, more='[boundary]\nunits = ["services/([^/]+)/**"]\n')
    dev = world["dev"]
    text = "def total():\n    return 1\n"
    dev.commit(
        {"services/pay/orders.py": text, "infra/prod/db.tf": 'resource "aws_db_instance" "a" {\n  x = 1\n}\n'}, "a"
    )
    users = {f"services/pay/user{n}.py": "from pay.orders import total\n" for n in range(5)}
    near = {"services/pay/near.py": "from .orders import total\n", "services/far/other.py": "from .orders import x\n"}
    dev.commit({**users, **near, "web/app.ts": "import { x } from '../pay/orders'\n"}, "b")
    for n in range(22):
        dev.commit({"services/pay/orders.py": text + f"X = {n}\n"}, f"c{n}")
    dev.commit({"services/pay/orders.py": text}, 'Revert "c21"\n\nThis reverts commit 1234.\n')
    dev.git("push", "-q", "origin", "main")
    world["alice"].git("fetch", "-q", "origin")
    files = {
        "services/pay/orders.py": text.replace("1", "2"),
        "services/shop/x.py": "y = 1\n",
        "infra/prod/db.tf": 'resource "aws_db_instance" "a" {\n  x = 2\n}\n',
    }
    offer(world, "feat", files)
    shown = world["alice"].json("inspect", "origin/feat")["change"]["risk"]
    assert shown == world["alice"].json("queue")["changes"][0]["risk"]
    told = "; ".join(shown["reasons"])
    for reason in (
        "touches what holds data: aws_db_instance.a (+5)",
        "changes what production runs on: infra/prod (+5)",
        "touches 2 units: pay, shop (+3)",
        "1 earlier change of its files was reverted (+3)",
        "7 other files import what it changes (+2)",
        "services/pay/orders.py was changed by 24 of the last 25 landings (+2)",
    ):
        assert reason in told, told


def test_a_spoilt_index_answers_nothing_and_breaks_nothing(tmp_path):
    world = build(tmp_path)
    alice = world["alice"]
    repository = Repository.open(alice.clone, alice.env)
    tip = alice.git("rev-parse", "origin/main")
    cache = Cache(tmp_path / "cache")
    files = [file_diff("app.py", b"x = 1\n", b"x = 2\n")]
    plain = surroundings(repository, tip, None, files, None)
    assert (plain.dependents, plain.busiest, plain.changes) == (0, "", 0)
    _MEMORY.clear()
    cache.put("imports", tip, {"": ["a"], "/app": [99, "x", None]})
    cache.put("history", tip, {"changes": 5})
    assert surroundings(repository, tip, None, files, cache) == plain
    assert _dependents({"": ["b.py"], "/app": [0]}, ["app.py"]) == {"b.py"}
    _MEMORY.clear()
