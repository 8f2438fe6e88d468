"""Attacks on the records and the gate, each with real keys: none may make an approval or lose a reject."""

import base64
import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from reviewconsole.attestation import Attestation, payload_bytes, summary
from reviewconsole.chain import Observed, log_ref
from reviewconsole.change import Oid
from reviewconsole.envelope import Envelope, pae, parse_envelope, parse_note
from reviewconsole.facts import VerifiedAttestation
from reviewconsole.git.repository import Repository
from reviewconsole.loading.records import read_records
from reviewconsole.onepass import read_decision
from reviewconsole.sshkey import fingerprint, key8, parse_public
from reviewconsole.statement import note_text
from reviewconsole.witness import WITNESS_NAMESPACE, WITNESS_PREFIX, Witness, witness_bytes, witness_note
from tests.e2e.world import CLAUDE, Person, World, build, offer, public_key

GOOD = {"app.py": "def pay():\n    return 2\n"}


@pytest.fixture
def world(tmp_path: Path) -> World:
    return build(tmp_path)


def blob(who: Person) -> bytes:
    return parse_public(public_key(who))


def envelope(who: Person, payload: bytes) -> bytes:
    """Sign any payload with a person's key, by ssh-keygen."""
    command = [
        "ssh-keygen",
        "-Y",
        "sign",
        "-q",
        "-n",
        "decision@reviewconsole",
        "-f",
        str(who.home / ".ssh/id_ed25519"),
    ]
    done = subprocess.run(command, input=pae(payload), capture_output=True, check=True)
    return Envelope(payload=payload, keyid=fingerprint(blob(who)), signature=done.stdout.decode()).line()


def put(who: Person, ref: str, noted: str, text: bytes) -> None:
    """Write a note as git does it."""
    command = ["git", "-C", str(who.clone), "notes", "--ref", ref, "add", "-f", "-F", "-", noted]
    subprocess.run(command, input=text, env=who.env, check=True, capture_output=True)


def forge(who: Person, att: Attestation, ref: str, earlier: tuple[bytes, ...] = ()) -> None:
    put(who, ref, att.head, note_text([*earlier, envelope(who, payload_bytes(att))]))


def records(who: Person) -> tuple[VerifiedAttestation, ...]:
    return read_records(Repository.open(who.clone, who.env)).verified


def of(who: Person, name: str) -> VerifiedAttestation:
    return next(r for r in records(who) if r.attestation.principal == name)


def note(who: Person, record: VerifiedAttestation) -> bytes:
    command = ["git", "-C", str(who.clone), "notes", "--ref", record.log, "show", record.noted]
    return subprocess.run(command, env=who.env, capture_output=True, check=True).stdout


def test_a_record_made_by_hand_does_not_approve_ones_own_work(world: World) -> None:
    alice, bob = world["alice"], world["bob"]
    offer(world, "feat", GOOD, author="alice <alice@example.com>")
    bob.run("approve", "origin/feat", "--reason", "x", "--no-push")
    honest = records(bob)[0]
    main = Oid(alice.git("rev-parse", "origin/main"))
    crafted = replace(
        honest.attestation, principal="alice", device="00000000", base=main, head=main, operators=(), people=()
    )
    forge(alice, crafted, log_ref("alice", key8(blob(alice)), "00000000"))
    verdict = alice.json("verify", "origin/feat", code=1)
    assert "took part" in verdict["changes"][0]["records"][0]["why"]


def test_a_record_that_lies_about_its_range_does_not_cover_a_squash_by_another(world: World) -> None:
    dev, alice, bob = world["dev"], world["alice"], world["bob"]
    offer(world, "feat", GOOD, author="alice <alice@example.com>")
    bob.run("approve", "origin/feat", "--reason", "x", "--no-push")
    main = Oid(alice.git("rev-parse", "origin/main"))
    crafted = replace(records(bob)[0].attestation, principal="alice", device="00000000", head=main, people=())
    forge(alice, crafted, log_ref("alice", key8(blob(alice)), "00000000"))
    dev.git("merge", "-q", "--squash", "feat")
    dev.git("commit", "-q", "-m", f"Land it\n\n{CLAUDE}")
    dev.git("push", "-q", "origin", "main")
    alice.git("fetch", "-q", "origin")
    verdict = alice.json("verify", f"{main}..origin/main", code=1)
    assert "have not the" in verdict["changes"][0]["records"][0]["why"]


def test_a_reject_whose_signature_was_spoilt_is_missed_by_who_observed_it(world: World) -> None:
    alice, bob = world["alice"], world["bob"]
    offer(world, "feat", GOOD)
    alice.run("reject", "origin/feat", "--reason", "no")
    bob.run("sync")
    bob.run("approve", "origin/feat", "--reason", "yes")
    reject = of(bob, "alice")
    body = json.loads(parse_note(note(bob, reject)).lines[0])
    rows = base64.b64decode(body["signatures"][0]["sig"]).decode().split("\n")
    rows[4] = rows[4][:10] + ("A" if rows[4][10] != "A" else "B") + rows[4][11:]
    body["signatures"][0]["sig"] = base64.b64encode("\n".join(rows).encode()).decode()
    put(bob, reject.log, reject.noted, note_text([json.dumps(body, separators=(",", ":")).encode()]))
    verdict = bob.json("verify", "origin/feat", code=2)
    assert "which bob observed, is missing" in " ".join(verdict["changes"][0]["why"])


def test_a_signed_record_of_an_unknown_version_is_undecidable(world: World) -> None:
    alice, bob = world["alice"], world["bob"]
    offer(world, "feat", GOOD)
    alice.run("reject", "origin/feat", "--reason", "no", "--no-push")
    old = records(alice)[0]
    payload = parse_envelope(parse_note(note(alice, old)).lines[0]).payload.replace(b"decision:v1", b"decision:v2")
    put(alice, old.log, old.noted, summary(old.attestation).encode() + b"\n\n" + envelope(alice, payload) + b"\n")
    alice.git("push", "-q", "origin", old.log)
    bob.run("sync")
    bob.run("approve", "origin/feat", "--reason", "yes")
    assert "cannot read" in " ".join(bob.json("verify", "origin/feat", code=2)["changes"][0]["why"])


def test_a_reject_is_not_lost_by_a_rebase(world: World) -> None:
    dev, alice, bob = world["dev"], world["alice"], world["bob"]
    text = "".join(f"x{i} = {i}\n" for i in range(40))
    dev.commit({"m.py": text}, "Add m")
    dev.git("push", "-q", "origin", "main")
    offer(world, "feat", {"m.py": text.replace("x1 = 1\n", "x1 = 9\n")})
    alice.run("reject", "origin/feat", "--reason", "no")
    dev.commit({"m.py": text.replace("x38 = 38", "x38 = 0")}, "Move on")
    dev.git("push", "-q", "origin", "main")
    dev.git("rebase", "-q", "main", "feat")
    dev.git("push", "-q", "-f", "origin", "feat")
    bob.git("fetch", "-q", "origin")
    bob.run("sync")
    bob.run("approve", "origin/feat", "--reason", "yes")
    assert "rejected by alice" in bob.json("verify", "origin/feat", code=1)["changes"][0]["why"]
    reject = of(bob, "alice").id
    bob.run("approve", "origin/feat", "--reason", "alice agrees now", "--override", reject)
    assert bob.json("verify", "origin/feat")["verdict"] == "satisfied"


def test_a_reject_is_not_lost_with_the_trailer(world: World) -> None:
    dev, alice = world["dev"], world["alice"]
    offer(world, "feat", GOOD)
    alice.run("reject", "origin/feat", "--reason", "no")
    dev.git("checkout", "-q", "feat")
    dev.git("commit", "-q", "--amend", "-m", "Change feat")
    dev.git("push", "-q", "-f", "origin", "feat")
    alice.git("fetch", "-q", "origin")
    assert "rejected by alice" in alice.json("verify", "origin/feat", code=1)["changes"][0]["why"]


def sign_witness(who: Person, raw: bytes) -> bytes:
    """Sign any payload as a witness with a person's key, by ssh-keygen."""
    key = str(who.home / ".ssh/id_ed25519")
    command = ["ssh-keygen", "-Y", "sign", "-q", "-n", WITNESS_NAMESPACE, "-f", key]
    done = subprocess.run(command, input=pae(raw), capture_output=True, check=True)
    return Envelope(payload=raw, keyid=fingerprint(blob(who)), signature=done.stdout.decode()).line()


def witness_of(head: str, at: str = "2026-11-22T09:00:00Z") -> Witness:
    return Witness(
        target_ref="refs/heads/main",
        head=Oid(head),
        repository_id="sha256:" + "0" * 64,
        verdict="satisfied",
        tips=(),
        sequence=1,
        previous=None,
        witnessed_at=at,
        tool=("x", "1"),
        nonce="0" * 32,
    )


def put_witness(who: Person, head: str, at: str) -> str:
    """Write a witness with any date, which the program itself would not write; gives the ref."""
    good = witness_of(head)
    raw = witness_bytes(good).replace(good.witnessed_at.encode(), at.encode())
    ref = WITNESS_PREFIX + key8(blob(who))
    put(who, ref, head, witness_note([sign_witness(who, raw)], good))
    return ref


@pytest.mark.parametrize("at", ["2026-02-30T00:00:00Z", "0000-01-01T00:00:00Z", "2026-11-22T24:61:61Z"])
def test_a_witness_of_a_day_that_is_none_stops_nothing(world: World, at: str) -> None:
    alice, dev = world["alice"], world["dev"]
    head = offer(world, "feat", GOOD)
    alice.run("approve", "origin/feat", "--reason", "yes")
    ref = put_witness(dev, head, at)
    dev.git("push", "-q", "origin", ref)
    alice.git("fetch", "-q", "origin", f"{ref}:{ref}")
    verdict = alice.json("verify", "origin/feat")
    assert verdict["verdict"] == "satisfied"
    assert any("witnessedAt: is no moment" in problem for problem in verdict["problems"])
    assert "nothing waits" in alice.run("queue")


def test_a_record_of_a_day_that_is_none_is_unreadable(world: World) -> None:
    alice = world["alice"]
    offer(world, "feat", GOOD)
    alice.run("approve", "origin/feat", "--reason", "yes", "--no-push")
    record = records(alice)[0]
    at = record.attestation.decided_at.encode()
    raw = payload_bytes(record.attestation).replace(at, b"2026-02-30T00:00:00Z")
    assert read_decision(raw) is None
    late = payload_bytes(replace(record.attestation, expires_at="2099-01-01T00:00:00Z"))
    line = envelope(alice, late.replace(b"2099-01-01", b"2099-02-29"))
    put(alice, record.log, record.noted, summary(record.attestation).encode() + b"\n\n" + line + b"\n")
    assert "expiresAt: is no moment" in " ".join(alice.json("verify", "origin/feat", code=1)["changes"][0]["why"])


def test_a_push_backwards_is_judged_whole(world: World) -> None:
    dev = world["dev"]
    first = offer(world, "feat", GOOD)
    dev.git("checkout", "-q", "feat")
    second = dev.commit({"b.py": "x = 1\n"}, f"More\n\n{CLAUDE}")
    dev.git("checkout", "-q", "main")
    assert dev.json("verify", f"{second}..{first}", code=1)["verdict"] == "violated"


def test_a_stranger_can_neither_supersede_nor_break_a_log(world: World) -> None:
    alice, dev = world["alice"], world["dev"]
    offer(world, "feat", GOOD)
    alice.run("approve", "origin/feat", "--reason", "yes")
    dev.run("sync")
    record = records(dev)[0]
    claim = replace(record.attestation, device="deadbeef", supersedes=(record.id,), nonce="0" * 32)
    forge(dev, claim, "refs/notes/reviewconsole/alice/00000000-deadbeef")
    gone = Observed(log=record.log, sequence=99, id="sha256:" + "1" * 64)
    forge(dev, replace(claim, principal="zed", observed=(gone,)), "refs/notes/reviewconsole/zed/00000000-deadbeef")
    dev.git("push", "-q", "origin", "refs/notes/reviewconsole/*:refs/notes/reviewconsole/*")
    alice.run("sync")
    assert alice.json("verify", "origin/feat")["verdict"] == "satisfied"
    alice.run("withdraw", "origin/feat", "--reason", "oops")
    assert alice.json("verify", "origin/feat", code=1)["verdict"] == "violated"


def test_a_stranger_cannot_keep_a_log_from_being_observed(world: World) -> None:
    dev, alice, bob = world["dev"], world["alice"], world["bob"]
    offer(world, "feat", GOOD)
    alice.run("reject", "origin/feat", "--reason", "no")
    dev.run("sync")
    reject = of(dev, "alice")
    lie = Observed(log=reject.log, sequence=99, id="sha256:" + "1" * 64)
    junk = replace(reject.attestation, principal="0", observed=(lie,))
    for number in range(101):
        device = f"{number:08x}"
        forge(dev, replace(junk, device=device), log_ref("0", key8(blob(dev)), device))
    dev.git("push", "-q", "origin", "refs/notes/reviewconsole/0/*:refs/notes/reviewconsole/0/*")
    bob.run("sync")
    bob.run("approve", "origin/feat", "--reason", "yes")
    assert [seen.log for seen in of(bob, "bob").attestation.observed] == [reject.log]


def test_a_stranger_cannot_write_into_a_journal(world: World) -> None:
    alice, dev = world["alice"], world["dev"]
    offer(world, "feat", GOOD)
    alice.run("approve", "origin/feat", "--reason", "yes")
    dev.run("sync")
    record = records(dev)[0]
    poison = replace(record.attestation, sequence=2, previous=record.id, nonce="0" * 32, reason="stranger")
    forge(dev, poison, record.log, parse_note(note(dev, record)).lines)
    dev.git("push", "-q", "origin", record.log)
    alice.run("sync")
    alice.run("approve", "origin/feat", "--reason", "second", "--no-push")
    own = [r for r in records(alice) if r.blob == blob(alice)]
    assert [(r.attestation.sequence, r.attestation.reason) for r in own] == [(1, "yes"), (2, "second")]


def test_an_approval_that_has_expired_does_not_count(world: World) -> None:
    alice = world["alice"]
    offer(world, "feat", GOOD)
    alice.run("approve", "origin/feat", "--reason", "yes", "--no-push")
    record = records(alice)[0]
    forge(alice, replace(record.attestation, expires_at="2001-01-01T00:00:00Z"), record.log)
    assert "expired" in alice.json("verify", "origin/feat", code=1)["changes"][0]["records"][0]["why"]


def test_revocations_behind_a_symlink_are_unreadable_not_absent(world: World) -> None:
    dev, alice = world["dev"], world["alice"]
    offer(world, "feat", GOOD)
    alice.run("approve", "origin/feat", "--reason", "yes")
    (dev.clone / ".reviewconsole/list").write_text(fingerprint(blob(alice)) + "\n")
    (dev.clone / ".reviewconsole/revoked_keys").symlink_to("list")
    dev.git("add", "-A")
    dev.git("commit", "-q", "-m", "Revoke")
    dev.git("push", "-q", "origin", "main")
    alice.git("fetch", "-q", "origin")
    assert "no regular file" in alice.json("verify", "origin/feat", code=65)["changes"][0]["why"][0]


def test_records_that_were_not_fetched_are_undecidable(world: World) -> None:
    bob = world["bob"]
    offer(world, "feat", GOOD)
    bob.git("config", "--unset-all", "remote.origin.fetch", "reviewconsole")
    assert "git fetch origin" in bob.json("verify", "origin/feat", code=2)["changes"][0]["why"][-1]


@pytest.mark.parametrize(
    "more",
    [
        "x = " + "9" * 5000,
        "x = " + "[" * 3000 + "]" * 3000,
        'paths = [""]',
        '[[constraint]]\nid = "a"\nkind = "limit"\nfiles = 1.5',
    ],
)
def test_no_policy_makes_a_traceback(tmp_path: Path, more: str) -> None:
    world = build(tmp_path, more=more)
    offer(world, "feat", GOOD)
    assert world["alice"].json("verify", "origin/feat", code=65)["verdict"] == "undecidable"
    assert world["alice"].run("queue")


def test_bad_words_are_wrong_usage(world: World) -> None:
    alice = world["alice"]
    offer(world, "feat", GOOD)
    assert "4000 characters" in alice.run("approve", "origin/feat", "--reason", "x" * 4001, code=64)
    assert "no reject on record" in alice.run("approve", "origin/feat", "--reason", "x", "--override", "zzz", code=64)
