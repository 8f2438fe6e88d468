"""Every single change to a good record, and to the line that holds it, must end its approval."""

import base64
import copy
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reviewconsole.attestation import payload_bytes
from reviewconsole.config import load_config
from reviewconsole.decision import Verdict
from reviewconsole.errors import FormatError, VerificationError
from reviewconsole.facts import Records, VerifiedAttestation
from reviewconsole.git.repository import Repository
from reviewconsole.loading import changes
from reviewconsole.loading.case import Case, judge, open_case
from reviewconsole.loading.opening import open_store
from reviewconsole.loading.records import verify_envelope
from reviewconsole.loading.store import Store
from tests.conformance.kit import KEYS, Scene, envelope
from tests.conformance.run import clone

NOW = 1_796_126_400
"""2026-12-01T12:00:00Z."""
OWN_WORDS = {
    "decidedAt", "findings.counts.critical", "findings.counts.high", "findings.counts.low",
    "findings.counts.medium", "findings.engine", "findings.external.count", "findings.external.sha256",
    "findings.sha256", "nonce", "people", "people[0].email", "people[0].roles", "policy.commit", "policy.rules",
    "policy.rules[0]", "policy.sha256", "provenance.class", "provenance.operators", "provenance.sha256",
    "provenance.tools", "provenance.tools[0]", "reason", "subject[0].name", "tool.name", "tool.version",
}  # fmt: skip
"""What a reviewer may say of their own work without another approval coming of it; everything else is checked."""


class Desk:
    """One opened change, to be judged with any record beside it."""

    def __init__(self, folder: Path) -> None:
        self.scene = Scene(rule='require = ["read-all"]')
        self.scene.feat()
        self.scene.git.bundle(folder / "x.bundle")
        repository = Repository.open(clone(folder / "x.bundle", "mirror", folder), dict(os.environ))
        self.store: Store = open_store(repository, load_config(os.environ).patterns)
        self.case: Case = open_case(self.store, changes.one(repository, self.store.targets, "feat"))
        self.payload = payload_bytes(self.scene.att())
        self.line = envelope(self.payload, KEYS["alice"])

    def approves(self, line: bytes) -> bool:
        """Whether the gate is satisfied with this one line in alice's log."""
        try:
            record = verify_envelope(line, log=self.scene.log("alice"), noted=self.scene.head)
        except (FormatError, VerificationError):
            return False
        assert isinstance(record, VerifiedAttestation)
        records = Records(verified=(record,))
        return judge(self.store, self.case, NOW, records).verdict is Verdict.SATISFIED


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk(tmp_path_factory.mktemp("desk"))


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every node of the payload but its root."""
    if path:
        yield path, value
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield from leaves(child, (*path, key))


def others(value: Any) -> Iterator[Any]:
    """Other values in the place of one."""
    yield from (None, 7, "", [], {}, not value if isinstance(value, bool) else True)
    if isinstance(value, bool):
        return
    if isinstance(value, int):
        yield from (value + 1, value - 1, -value - 1, float(value), 2**53)
    elif isinstance(value, str):
        yield from (value + "x", value.upper() + "Z", value[1:], value[:-1])
        for at in {0, len(value) // 4, len(value) // 3, len(value) // 2, 2 * len(value) // 3, len(value) - 1}:
            if value:
                digit = "0" if value[at] != "0" else "1"
                yield value[:at] + digit + value[at + 1 :]
    elif isinstance(value, list):
        yield [*value, *(value or ["x"])]
        yield value[1:] if value else ["refs"]
    elif isinstance(value, dict):
        yield {**value, "more": 1}
        yield from ({k: v for k, v in value.items() if k != key} for key in value)


def dumped(body: Any) -> bytes:
    return json.dumps(body, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode()


def name(path: tuple[Any, ...]) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".").removeprefix("predicate.")


def mutants(payload: bytes) -> Iterator[tuple[str, bytes]]:
    body = json.loads(payload)
    for path, value in leaves(body):
        for other in others(value):
            if other == value and type(other) is type(value):
                continue
            changed = copy.deepcopy(body)
            place = changed
            for part in path[:-1]:
                place = place[part]
            place[path[-1]] = other
            yield name(path), dumped(changed)


def test_the_record_itself_is_good(desk: Desk) -> None:
    assert desk.approves(desk.line)
    assert dumped(json.loads(desk.payload)) == desk.payload


def test_no_changed_payload_keeps_its_signature(desk: Desk) -> None:
    counted = 0
    for where, changed in mutants(desk.payload):
        line = envelope(changed, KEYS["alice"], signed=desk.payload)
        assert not desk.approves(line), where
        counted += 1
    assert counted >= 1000


def test_no_changed_payload_is_good_under_somebody_elses_key(desk: Desk) -> None:
    counted = 0
    for where, changed in mutants(desk.payload):
        if counted % 3 == 0:
            assert not desk.approves(envelope(changed, KEYS["mallory"])), where
            assert not desk.approves(envelope(changed, KEYS["bob"])), where
        counted += 1
    assert counted >= 1000


def test_what_binds_a_record_cannot_be_changed_by_its_own_author_either(desk: Desk) -> None:
    accepted: set[str] = set()
    counted = 0
    for where, changed in mutants(desk.payload):
        counted += 1
        if desk.approves(envelope(changed, KEYS["alice"])):
            accepted.add(where)
    assert counted >= 1000
    assert accepted == OWN_WORDS


def test_no_changed_byte_of_the_line_leaves_another_record(desk: Desk) -> None:
    counted = 0
    original = verify_envelope(desk.line, log=desk.scene.log("alice"), noted=desk.scene.head)
    for at in range(0, len(desk.line), 3):
        changed = bytearray(desk.line)
        changed[at] ^= 1 << (at % 7)
        counted += 1
        if desk.approves(bytes(changed)):
            found = verify_envelope(bytes(changed), log=original.log, noted=original.noted)
            assert replace(found, log=original.log) == original
    assert counted >= 1000


def test_the_signature_belongs_to_this_envelope(desk: Desk) -> None:
    body = json.loads(desk.line)
    armour = base64.b64decode(body["signatures"][0]["sig"]).decode()
    rows = armour.split("\n")
    counted = 0
    for number in range(1, len(rows) - 2):
        for at in range(0, len(rows[number]), 2):
            swapped = "B" if rows[number][at] != "B" else "C"
            bad = [*rows[:number], rows[number][:at] + swapped + rows[number][at + 1 :], *rows[number + 1 :]]
            body["signatures"][0]["sig"] = base64.b64encode("\n".join(bad).encode()).decode()
            assert not desk.approves(json.dumps(body, separators=(",", ":")).encode())
            counted += 1
    assert counted > 100
