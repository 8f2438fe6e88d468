"""The main job with real parts: find, approve, push, verify; and every way it must fail."""

import base64
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.e2e.world import CLAUDE, Person, World, build, offer, policy_files, public_key

GOOD = {"app.py": "def pay():\n    return 2\n"}


@pytest.fixture
def world(tmp_path: Path) -> World:
    return build(tmp_path)


def test_from_queue_to_verified_on_the_remote(world: World) -> None:
    head = offer(world, "feat", GOOD)
    alice, bob = world["alice"], world["bob"]
    [change] = alice.json("queue")["changes"]
    assert (change["head"], change["state"], change["provenance"]["class"]) == (head, "pending", "declared")
    assert alice.json("verify", "origin/feat", code=1)["verdict"] == "violated"
    out = alice.run("approve", "origin/feat", "--reason", "Read it; 2 is right.")
    assert out.startswith("approve  alice  head " + head[:12])
    assert alice.json("queue")["changes"] == []
    assert alice.json("queue", "--all")["changes"][0]["state"] == "approved"
    bob.run("sync")
    verdict = bob.json("verify", "origin/feat")
    assert verdict["verdict"] == "satisfied"
    assert verdict["changes"][0]["records"][0]["principal"] == "alice"
    assert bob.json("log")["records"][0]["reason"] == "Read it; 2 is right."
    assert "approve  alice" in alice.git("log", "-1", "--notes=reviewconsole/*", "origin/feat")
    shown = alice.run("inspect", "origin/feat")
    assert "-    return 1" in shown
    assert "+    return 2" in shown


def test_what_landed_is_verified_by_content(world: World) -> None:
    offer(world, "feat", GOOD)
    dev, alice = world["dev"], world["alice"]
    alice.run("approve", "origin/feat", "--reason", "fine")
    before = dev.git("rev-parse", "main")
    dev.git("merge", "-q", "--no-ff", "-m", f"Merge feat\n\n{CLAUDE}", "feat")
    dev.commit({"other.py": "x = 1\n"}, "Plain work of a person")
    dev.commit({"evil.py": "x = 2\n"}, f"Unreviewed\n\n{CLAUDE}")
    dev.git("push", "-q", "origin", "main")
    dev.run("sync")
    verdict = dev.json("verify", f"{before}..main", code=1)
    assert [change["verdict"] for change in verdict["changes"]] == ["satisfied", "satisfied", "violated"]
    assert verdict["changes"][0]["records"][0]["carried"] == "same-content"
    assert verdict["changes"][1]["why"] == ["not in scope"]
    assert dev.json("verify", "main..main")["why"].startswith("the range is empty")
    listed = dev.json("queue", "--range", f"{before}..main")["changes"]
    assert [change["title"] for change in listed] == ["Unreviewed"]


def test_an_approval_of_one_content_does_not_count_for_another(world: World) -> None:
    offer(world, "feat", GOOD)
    alice = world["alice"]
    alice.run("approve", "origin/feat", "--reason", "fine")
    offer(world, "feat", {"app.py": "def pay():\n    return 3\n"})
    assert alice.json("verify", "origin/feat", code=1)["changes"][0]["records"][0]["why"].startswith("stale")
    assert alice.json("queue")["changes"][0]["state"] == "stale"


@pytest.mark.parametrize("part", ["author", "co-author", "committer", "operator"])
def test_nobody_approves_what_they_had_a_hand_in(tmp_path: Path, part: str) -> None:
    world = build(tmp_path)
    dev, alice, bob = world["dev"], world["alice"], world["bob"]
    agent = "Claude <noreply@anthropic.com>"
    if part == "committer":
        alice.branch("feat", GOOD, author="dev <dev@example.com>")
        alice.git("push", "-q", "origin", "feat")
        bob.git("fetch", "-q", "origin")
    else:
        options = {
            "author": {"author": "alice <ALICE@example.com>"},
            "co-author": {
                "message": f"Work\n\nCo-authored-by: A <alice@example.com>\n{CLAUDE}\n\ntext after the trailers"
            },
            "operator": {"author": agent, "message": "Work\n\nCo-authored-by: Alice <alice@example.com>\n"},
        }[part]
        offer(world, "feat", GOOD, **options)
    said = alice.run("approve", "origin/feat", "--reason", "mine is fine", code=1)
    assert "took part in this change" in said
    bob.run("approve", "origin/feat", "--reason", "not mine")
    assert bob.json("verify", "origin/feat")["verdict"] == "satisfied"
    if part != "committer":
        assert "allowed_signers" in dev.run("approve", "feat", "--reason", "x", code=77)


def test_a_policy_or_key_added_by_the_change_does_not_count(world: World) -> None:
    dev, alice, bob = world["dev"], world["alice"], world["bob"]
    files = policy_files([dev, alice, bob])
    offer(world, "feat", {**GOOD, **files}, author="x <x@example.com>")
    assert "not in .reviewconsole/allowed_signers" in dev.run("approve", "feat", "--reason", "me", code=77)
    alice.run("approve", "origin/feat", "--reason", "one is not enough")
    verdict = alice.json("verify", "origin/feat", code=1)
    assert any(item["id"] == "boundary/policy.self" for item in verdict["changes"][0]["requirements"])
    bob.run("sync")
    bob.run("approve", "origin/feat", "--reason", "second")
    assert bob.json("verify", "origin/feat")["verdict"] == "satisfied"


def test_reject_blocks_and_withdraw_takes_back(world: World) -> None:
    offer(world, "feat", GOOD)
    alice, bob = world["alice"], world["bob"]
    alice.run("reject", "origin/feat", "--reason", "no way back")
    bob.run("sync")
    bob.run("approve", "origin/feat", "--reason", "fine")
    assert "rejected by alice" in bob.run("verify", "origin/feat", code=1)
    alice.run("sync")
    alice.run("withdraw", "origin/feat", "--reason", "I was wrong")
    bob.run("sync")
    assert bob.json("verify", "origin/feat")["verdict"] == "satisfied"
    assert "no record of yours" in alice.run("withdraw", "origin/feat", "--reason", "again", code=1)


def _note(world: World) -> tuple[str, str, bytes]:
    alice = world["alice"]
    ref = alice.git("for-each-ref", "--format=%(refname)", "refs/notes/reviewconsole/")
    path = alice.git("ls-tree", "-r", "--name-only", ref)
    blob = subprocess.run(
        ["git", "-C", str(alice.clone), "show", f"{ref}:{path}"], capture_output=True, check=True
    ).stdout
    return ref, path.replace("/", ""), blob


def test_one_changed_byte_of_the_payload_and_nothing_verifies(world: World, tmp_path: Path) -> None:
    offer(world, "feat", GOOD)
    alice = world["alice"]
    alice.run("approve", "origin/feat", "--reason", "fine")
    ref, head, note = _note(world)
    summary, _, line = note.rstrip(b"\n").rpartition(b"\n")
    envelope = json.loads(line)
    payload = base64.b64decode(envelope["payload"])
    signers = tmp_path / "signers"
    signers.write_text(f'alice namespaces="decision@reviewconsole" {public_key(alice)}\n')
    signature = tmp_path / "sig"
    signature.write_bytes(base64.b64decode(envelope["signatures"][0]["sig"]))

    def plain(body: bytes) -> int:
        message = b"DSSEv1 28 application/vnd.in-toto+json %d %s" % (len(body), body)
        command = [
            "ssh-keygen",
            "-Y",
            "verify",
            "-f",
            str(signers),
            "-I",
            "alice",
            "-n",
            "decision@reviewconsole",
            "-s",
            str(signature),
        ]
        return subprocess.run(command, input=message, capture_output=True, check=False).returncode

    def ours(body: bytes) -> int:
        message = b"DSSEv1 28 application/vnd.in-toto+json %d %s" % (len(body), body)
        command = [
            "check-signature",
            "--signers",
            str(signers),
            "--principal",
            "alice",
            "--namespace",
            "decision@reviewconsole",
            "--signature",
            str(signature),
        ]
        process = subprocess.run(
            [sys.executable, "-m", "reviewconsole", *command],
            input=message,
            env=alice.env,
            capture_output=True,
            check=False,
        )
        return process.returncode

    forged = payload.replace(b'"reason":"fine"', b'"reason":"fina"')
    assert (plain(payload), ours(payload)) == (0, 0)
    assert forged != payload
    assert plain(forged) != 0
    assert ours(forged) == 1
    envelope["payload"] = base64.b64encode(forged).decode()
    bad = summary.replace(b'"fine"', b'"fina"') + b"\n" + json.dumps(envelope, separators=(",", ":")).encode() + b"\n"
    subprocess.run(
        ["git", "-C", str(alice.clone), "notes", f"--ref={ref}", "add", "-f", "-F", "-", head],
        input=bad,
        env=alice.env,
        check=True,
        capture_output=True,
    )
    verdict = alice.json("verify", "origin/feat", code=1)
    assert verdict["changes"][0]["records"] == []
    assert len(verdict["problems"]) == 1


def test_the_journal_restores_notes_that_were_lost(world: World) -> None:
    offer(world, "feat", GOOD)
    alice = world["alice"]
    alice.run("approve", "origin/feat", "--reason", "fine", "--no-push")
    ref, _, _ = _note(world)
    alice.git("update-ref", "-d", ref)
    assert alice.json("verify", "origin/feat", code=1)["verdict"] == "violated"
    alice.run("sync")
    assert alice.json("verify", "origin/feat")["verdict"] == "satisfied"
    assert (
        ref
        in subprocess.run(
            ["git", "-C", str(world.remote), "for-each-ref"], capture_output=True, text=True, check=True
        ).stdout
    )


def test_a_rollback_on_the_remote_is_called_what_it_is(world: World) -> None:
    offer(world, "feat", GOOD)
    alice, bob = world["alice"], world["bob"]
    alice.run("reject", "origin/feat", "--reason", "no")
    bob.run("sync")
    ref, _, _ = _note(world)
    subprocess.run(["git", "-C", str(world.remote), "update-ref", "-d", ref], check=True)
    said = bob.run("sync", code=1)
    assert f"ALARM: {ref} was rewound, replaced or deleted" in said
    assert bob.json("verify", "origin/feat", code=1)["changes"][0]["why"]


def _at_once(calls: list[tuple[Person, list[str]]]) -> list[tuple[int, str]]:
    """Run calls in processes that live at the same time: exit code and stderr of each."""
    with ThreadPoolExecutor(len(calls)) as pool:
        return [(code, err) for code, _, err in pool.map(lambda call: call[0].attempt(*call[1]), calls)]


def test_forty_processes_with_one_key_make_one_unbroken_chain(world: World) -> None:
    alice, bob = world["alice"], world["bob"]
    for index in range(40):
        alice.branch(f"feat-{index}", {f"f{index}.py": f"x = {index}\n"})
    bob.git("fetch", "-q", str(alice.clone), "+refs/heads/*:refs/heads/offered/*")
    names = [f"offered/feat-{index}" for index in range(40)]
    ends = _at_once([(bob, ["approve", name, "--reason", name, "--no-push"]) for name in names])
    assert [code for code, _ in ends] == [0] * 40, ends
    records = bob.json("log")
    assert len(records["records"]) == 40
    assert records["problems"] == []
    assert all(record["valid"] for record in records["records"])
    assert {record["reason"] for record in records["records"]} == set(names)


def test_clones_pushing_at_once_lose_nothing(tmp_path: Path) -> None:
    names = ("dev", "r1", "r2", "r3", "r4")
    world = build(tmp_path, names)
    for index in range(3):
        offer(world, f"feat-{index}", {f"f{index}.py": f"x = {index}\n"})
    seniors = [world[name] for name in names[1:]]
    for index in range(3):
        ends = _at_once([(w, ["approve", f"origin/feat-{index}", "--reason", f"{w.name} {index}"]) for w in seniors])
        assert [code for code, _ in ends] == [0] * 4, ends
    for who in seniors:
        who.run("sync")
        log = who.json("log")
        assert len(log["records"]) == 12
        assert log["problems"] == []


def test_bad_calls_have_their_exit_codes(world: World, tmp_path: Path) -> None:
    alice = world["alice"]
    assert alice.run("approve", code=64)
    assert alice.run("frobnicate", code=64)
    assert "names no branch" in alice.run("inspect", "nowhere", code=65)
    assert "no git repository" in alice.run("queue", code=65, cwd=tmp_path)
    offer(world, "feat", GOOD)
    assert "needs a reason" in alice.run("approve", "origin/feat", "--reason", " ", code=1)
    assert "no finding F99" in alice.run("approve", "origin/feat", "--reason", "x", "--ack", "F99=fine", code=1)
    assert "FINDING=TEXT" in alice.run("approve", "origin/feat", "--reason", "x", "--ack", "F1", code=64)


def test_without_a_policy_nothing_is_decided_and_verify_is_undecidable(tmp_path: Path) -> None:
    world = build(tmp_path)
    dev, alice = world["dev"], world["alice"]
    dev.git("rm", "-q", "-r", ".reviewconsole")
    dev.git("commit", "-q", "-m", "Drop it")
    dev.git("push", "-q", "origin", "main")
    offer(world, "feat", GOOD)
    assert alice.json("verify", "origin/feat", code=2)["verdict"] == "undecidable"
    assert alice.json("queue")["changes"][0]["state"] == "pending"
    assert "init" in alice.run("approve", "origin/feat", "--reason", "x", code=1)


def test_a_broken_policy_is_unreadable_and_undecidable(tmp_path: Path) -> None:
    world = build(tmp_path, more="surprise = true\n")
    offer(world, "feat", GOOD)
    verdict = world["alice"].json("verify", "origin/feat", code=65)
    assert verdict["verdict"] == "undecidable"
    assert "rule[0].surprise" in verdict["changes"][0]["why"][0]


def test_init_works_at_once_for_the_person_who_runs_it(tmp_path: Path) -> None:
    world = build(tmp_path)
    dev = world["dev"]
    dev.git("rm", "-q", "-r", ".reviewconsole")
    dev.git("commit", "-q", "-m", "Drop it")
    dev.run("init", "--name", "example/new")
    dev.git("add", "-A")
    dev.git("commit", "-q", "-m", "Introduce review sign-offs")
    dev.git("push", "-q", "origin", "main")
    dev.git("config", "reviewconsole.introduction", dev.git("rev-parse", "HEAD"))
    checks = {check["id"]: check["state"] for check in dev.json("doctor")["checks"]}
    assert checks["policy"] == checks["signer"] == checks["refspec"] == "good"
    assert checks["quorum"] == "warning"
    assert checks["introduction"] == "good"
    alice = world["alice"]
    alice.branch("feat", GOOD)
    alice.git("push", "-q", "origin", "feat")
    dev.git("fetch", "-q", "origin")
    dev.run("approve", "origin/feat", "--reason", "works")
    assert dev.json("verify", "origin/feat")["verdict"] == "satisfied"
    assert dev.json("verify", "main")["changes"][0]["why"] == ["before the introduction"]
    assert "exists already" in dev.run("init", code=1)


def test_what_the_target_holds_already_is_an_empty_range(world: World) -> None:
    offer(world, "feat", GOOD)
    dev = world["dev"]
    dev.git("merge", "-q", "--no-ff", "-m", "Merge feat", "feat")
    dev.git("push", "-q", "origin", "main")
    assert dev.json("verify", "feat")["why"].startswith("the range is empty")


def test_a_branch_that_moved_after_it_was_opened_is_not_signed(world: World) -> None:
    from reviewconsole.casefile import PassphraseRequest
    from reviewconsole.decision import DecisionKind, Draft
    from reviewconsole.errors import ReviewIncomplete
    from reviewconsole.review import Workspace

    offer(world, "feat", GOOD)
    alice = world["alice"]
    workspace = Workspace.open(alice.clone, alice.env)
    opened = workspace.open_change("origin/feat")
    newer = offer(world, "feat", {"app.py": "def pay():\n    return 3\n"})

    def never(request: PassphraseRequest) -> None:
        raise AssertionError(request)

    draft = Draft(kind=DecisionKind.APPROVE, reason="fine")
    assert workspace.moved(opened) == newer
    with pytest.raises(ReviewIncomplete, match="has moved"):
        workspace.record(opened, draft, never)
    assert [f.path for f in workspace.delta(opened, workspace.open_change("origin/feat"))] == ["app.py"]
    alice.git("update-ref", "-d", "refs/remotes/origin/feat")
    with pytest.raises(ReviewIncomplete, match="is gone"):
        workspace.record(opened, draft, never)
    assert alice.json("log")["records"] == []
