"""Plain git pushes to a bare repository with the hook: attacks are refused whole, honest pushes pass."""

import subprocess
import threading
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from reviewconsole.attestation import payload_bytes
from reviewconsole.chain import Observed, log_ref
from reviewconsole.change import Oid
from reviewconsole.receive import Update, names
from reviewconsole.sshkey import fingerprint, key8
from reviewconsole.statement import note_text
from tests.e2e.test_attacks import blob, envelope, forge, of, put, put_witness, records
from tests.e2e.world import Person, World, build, offer

GOOD = {"app.py": "def pay():\n    return 2\n"}


@dataclass
class Pushed:
    code: int
    says: str


def push(who: Person, *words: str) -> Pushed:
    command = ["git", "-C", str(who.clone), "push", "-q", *words]
    done = subprocess.run(command, env=who.env, capture_output=True, text=True, check=False)
    return Pushed(done.returncode, " ".join(line.removeprefix("remote:").strip() for line in done.stderr.splitlines()))


def refs(world: World) -> str:
    command = ["git", "-C", str(world.remote), "for-each-ref"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A bare remote with the hook; `feat` is up for review."""
    made = build(tmp_path)
    made["dev"].run("init", "--hook", "pre-receive", cwd=made.remote)
    offer(made, "feat", GOOD)
    return made


def land(world: World, who: str = "dev", branch: str = "feat") -> Pushed:
    person = world[who]
    person.git("checkout", "-q", "main")
    person.git("merge", "-q", "--squash", f"origin/{branch}")
    person.git("commit", "-q", "-m", "Land it\n\nCo-Authored-By: Claude <noreply@anthropic.com>")
    return push(person, "origin", "main")


def refused(world: World, before: str, pushed: Pushed, *words: str) -> None:
    assert pushed.code != 0, pushed.says
    assert "refused as a whole" in pushed.says
    for word in words:
        assert word in pushed.says, pushed.says
    assert refs(world) == before


def test_an_honest_way_passes(world: World) -> None:
    alice, dev = world["alice"], world["dev"]
    alice.run("approve", "origin/feat", "--reason", "read and tried")
    assert "refs/notes/reviewconsole/alice/" in refs(world)
    assert land(world).code == 0
    offer(world, "more", {"b.py": "B = 1\n"})
    alice.run("reject", "origin/more", "--reason", "no")
    alice.run("withdraw", "origin/more", "--reason", "yes, after all")
    dev.git("fetch", "-q", "origin")
    assert push(dev, "origin", "--delete", "more").code == 0


def test_what_nobody_signed_off_does_not_land(world: World) -> None:
    before = refs(world)
    refused(world, before, land(world), "refs/heads/main", "0 of 1 approvals", "reviewconsole sync")


def test_record_and_change_may_come_in_one_push(world: World) -> None:
    alice = world["alice"]
    alice.run("approve", "origin/feat", "--reason", "read", "--no-push")
    alice.git("checkout", "-q", "main")
    alice.git("merge", "-q", "--ff-only", "origin/feat")
    assert push(alice, "--atomic", "origin", "main", "refs/notes/reviewconsole/*:refs/notes/reviewconsole/*").code == 0


def test_one_bad_ref_refuses_the_good_one_too(world: World) -> None:
    dev = world["dev"]
    dev.branch("other", {"c.py": "C = 1\n"})
    dev.git("checkout", "-q", "main")
    dev.git("merge", "-q", "--ff-only", "feat")
    before = refs(world)
    refused(world, before, push(dev, "origin", "main", "other"), "refs/heads/main")


def test_a_target_is_neither_rewritten_nor_deleted(world: World) -> None:
    dev = world["dev"]
    dev.git("commit", "-q", "--amend", "-m", "Rewritten")
    before = refs(world)
    refused(world, before, push(dev, "-f", "origin", "main"), "rewrites what has landed")
    command = ["git", "-C", str(world.remote), "config", "receive.denyDeleteCurrent", "ignore"]
    subprocess.run(command, check=True)
    refused(world, before, push(dev, "origin", ":main"), "a target is never deleted")


def test_a_log_is_not_deleted(world: World) -> None:
    alice = world["alice"]
    alice.run("reject", "origin/feat", "--reason", "no")
    log, before = of(alice, "alice").log, refs(world)
    refused(world, before, push(world["dev"], "origin", f":{log}"), "never deleted")


def test_a_log_is_not_rewound(world: World) -> None:
    alice = world["alice"]
    alice.run("reject", "origin/feat", "--reason", "no")
    log = of(alice, "alice").log
    early = alice.git("rev-parse", log)
    alice.run("approve", "origin/feat", "--reason", "yes")
    before = refs(world)
    refused(world, before, push(alice, "-f", "origin", f"{early}:{log}"), "rewinds")


def test_a_record_is_not_dropped_by_a_fast_forward(world: World) -> None:
    alice = world["alice"]
    alice.run("reject", "origin/feat", "--reason", "no")
    record = of(alice, "alice")
    alice.git("notes", "--ref", record.log, "remove", record.noted)
    before = refs(world)
    refused(world, before, push(alice, "origin", record.log), "drops or changes a record")


def test_an_approval_of_a_head_that_nobody_has_is_refused(world: World) -> None:
    alice, bob = world["alice"], world["bob"]
    bob.run("approve", "origin/feat", "--reason", "x", "--no-push")
    honest = of(bob, "bob").attestation
    ghost = Oid("de" * 20)
    crafted = replace(honest, principal="alice", device="00000000", people=(), observed=(), head=ghost)
    ref = log_ref("alice", key8(blob(alice)), "00000000")
    text = note_text([envelope(alice, payload_bytes(crafted))])
    made = subprocess.run(
        ["git", "-C", str(alice.clone), "hash-object", "-w", "--stdin"], input=text, capture_output=True, check=True
    )
    tree = subprocess.run(
        ["git", "-C", str(alice.clone), "mktree"],
        input=f"100644 blob {made.stdout.decode().strip()}\t{ghost}\n".encode(),
        capture_output=True,
        check=True,
    )
    tip = alice.git("commit-tree", "-m", "n", tree.stdout.decode().strip())
    before = refs(world)
    refused(world, before, push(alice, "origin", f"{tip}:{ref}"), "push the commits first")
    crafted = replace(crafted, head=honest.head, base=ghost)
    forge(alice, crafted, ref)
    refused(world, before, push(alice, "origin", ref), "push the commits first")


def test_only_a_witness_of_the_signers_writes_witnesses(world: World) -> None:
    dev = world["dev"]
    head = dev.git("rev-parse", "feat")
    before = refs(world)
    refused(world, before, push(dev, "origin", put_witness(dev, head, "2026-02-30T00:00:00Z")), "is no moment")
    ref = put_witness(dev, head, "2026-11-22T09:00:00Z")
    refused(world, before, push(dev, "origin", ref), "is no witness's in allowed_signers")
    refused(world, before, push(dev, "origin", f"{ref}:{ref}0"), "no witness writes there")


def test_a_foreign_writer_is_refused(world: World) -> None:
    alice, dev = world["alice"], world["dev"]
    alice.run("approve", "origin/feat", "--reason", "mine", "--no-push")
    att = of(alice, "alice").attestation
    ref = log_ref("alice", key8(blob(dev)), "00000001")
    forge(dev, replace(att, device="00000001"), ref)
    before = refs(world)
    refused(world, before, push(dev, "origin", ref), "not one of alice")


def test_a_gap_and_a_false_observation_are_refused(world: World) -> None:
    alice, bob = world["alice"], world["bob"]
    alice.run("approve", "origin/feat", "--reason", "mine", "--no-push")
    record = of(alice, "alice")
    ref = log_ref("alice", key8(blob(alice)), "0000000a")
    gap = replace(record.attestation, device="0000000a", sequence=2, previous=record.id)
    forge(alice, gap, ref)
    before = refs(world)
    refused(world, before, push(alice, "origin", ref), "does not follow record 0")
    bob.run("approve", "origin/feat", "--reason", "mine", "--no-push")
    mine = of(bob, "bob").attestation
    lie = Observed(log=record.log, sequence=1, id="sha256:" + "0" * 64)
    other = log_ref("bob", key8(blob(bob)), "0000000b")
    forge(bob, replace(mine, device="0000000b", observed=(lie,)), other)
    refused(world, before, push(bob, "origin", other), "is not here")


def test_junk_in_a_log_is_refused(world: World) -> None:
    alice = world["alice"]
    alice.run("approve", "origin/feat", "--reason", "mine")
    record = of(alice, "alice")
    put(alice, record.log, alice.git("rev-parse", "main"), b"hello\n")
    before = refs(world)
    refused(world, before, push(alice, "origin", record.log), "does not begin with a summary")
    refused(world, before, push(alice, "origin", "main:refs/notes/reviewconsole/alice/x"), "no log has such a name")
    assert records(alice)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("refs/replace/" + "1" * 40, "replacement refs"),
        ("refs/heads/" + "a" * 40, "looks like an object id"),
        ("refs/heads/--output=x", "begins with `-`"),
        ("refs/heads/a\u202eb", "cannot be seen"),
        ("refs/heads/HEAD", "shadows"),
        ("refs/heads/refs/heads/main", "shadows"),
        ("refs/tags/refs/x", "shadows"),
        ("refs/notes/reviewconsole", "keeps every log below it"),
        ("refs/notes/reviewconsole-ci", "keeps every log below it"),
        ("refs/notes/reviewconsole-claims", "keeps every log below it"),
        ("refs/notes/reviewconsole-claims/alice", "not the name of a person's claims"),
        ("refs/heads/MAIN", "it is the target main"),
        ("refs/heads/\uff4dain", "it is the target main"),
    ],
)
def test_odd_names_are_refused(world: World, name: str, says: str) -> None:
    dev = world["dev"]
    before = refs(world)
    command = ["git", "-C", str(dev.clone), "push", "-q", str(world.remote), f"main:{name}"]
    done = subprocess.run(command, env=dev.env, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    ours = "".join(line for line in done.stderr.splitlines() if line.startswith("remote:"))
    assert says in ours
    assert "\u202e" not in ours
    assert refs(world) == before


def test_a_policy_weakened_in_the_push_does_not_judge_it(world: World) -> None:
    dev = world["dev"]
    policy = dev.clone / ".reviewconsole/policy.toml"
    weak = policy.read_text().replace("approvals = 1", "approvals = 0").replace('targets = ["main"]', 'targets = ["x"]')
    dev.git("checkout", "-q", "main")
    dev.commit({".reviewconsole/policy.toml": weak}, "Tidy up")
    before = refs(world)
    refused(world, before, push(dev, "origin", "main"), "refs/heads/main")


def test_two_pushes_at_once_do_not_both_land_on_the_old_tip(world: World) -> None:
    alice = world["alice"]
    offer(world, "second", {"d.py": "D = 1\n"})
    for name in ("feat", "second"):
        alice.run("approve", f"origin/{name}", "--reason", "read")
    results: list[Pushed] = []
    hook = world.remote / "hooks" / "pre-receive"
    slow = hook.read_text().replace("exec ", "sleep 1\nexec ")
    hook.write_text(slow)
    people = (world["dev"], world["bob"])
    for who, name in zip(people, ("feat", "second"), strict=True):
        who.git("fetch", "-q", "origin")
        who.git("checkout", "-q", "main")
        who.git("merge", "-q", "--ff-only", f"origin/{name}")
    threads = [threading.Thread(target=lambda w=who: results.append(push(w, "origin", "main"))) for who in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(result.code != 0 for result in results) == [False, True], results


def test_the_first_policy_is_let_in_by_an_introduction_only(tmp_path: Path) -> None:
    remote = tmp_path / "remote.git"
    world = build(tmp_path / "w")
    dev = world["dev"]
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(remote)], check=True)
    dev.run("init", "--hook", "pre-receive", cwd=remote)
    dev.git("remote", "set-url", "origin", str(remote))
    first = dev.git("commit-tree", "-m", "Old history", dev.git("mktree"))
    assert push(dev, "origin", f"{first}:refs/heads/main").code == 0
    dev.git("checkout", "-q", "-B", "main", first)
    dev.commit({"x.py": "X = 1\n"}, "Go on")
    blocked = push(dev, "origin", "main")
    assert blocked.code != 0
    assert "reviewconsole.introduction" in blocked.says
    head = dev.git("rev-parse", "HEAD")
    subprocess.run(["git", "-C", str(remote), "config", "reviewconsole.introduction", head], check=True)
    assert push(dev, "origin", "main").code == 0


def test_a_new_target_does_not_begin_inside_of_what_landed_as_one(tmp_path: Path) -> None:
    world = build(tmp_path, more='[review]\nscope = "all"\n')
    dev, alice = world["dev"], world["alice"]
    place = dev.clone / ".reviewconsole/policy.toml"
    policy = place.read_text().replace('targets = ["main"]', 'targets = ["main", "release/*"]')
    dev.commit({".reviewconsole/policy.toml": policy}, "Releases")
    dev.git("push", "-q", "origin", "main")
    dev.run("init", "--hook", "pre-receive", cwd=world.remote)
    dev.git("checkout", "-q", "-b", "feat")
    evil = dev.commit({"evil.py": "x = 1\n"}, "Add")
    (dev.clone / "evil.py").unlink()
    dev.commit(GOOD, "Take out, and do what is offered")
    dev.git("push", "-q", "origin", "feat")
    alice.git("fetch", "-q", "origin")
    alice.run("approve", "origin/feat", "--reason", "the sum is fine")
    dev.git("checkout", "-q", "main")
    dev.git("merge", "-q", "--no-ff", "-m", "Merge feat", "feat")
    assert push(dev, "origin", "main").code == 0
    before = refs(world)
    refused(world, before, push(dev, "origin", f"{evil}:refs/heads/release/1"), "inside of what landed as one")
    dev.git("fetch", "-q", "origin")
    assert push(dev, "origin", "main:refs/heads/release/1").code == 0
    offer(world, "next", {"n.py": "N = 1\n"})
    alice.run("approve", "origin/next", "--reason", "fine")
    dev.git("merge", "-q", "--ff-only", "next")
    assert push(dev, "origin", "main", "main~1:refs/heads/release/2").code == 0
    assert push(dev, "origin", "main~1:refs/heads/release/3").code == 0


def test_the_trust_branch_does_not_begin_before_a_revocation(tmp_path: Path) -> None:
    world = build(tmp_path)
    dev, alice = world["dev"], world["alice"]
    place = dev.clone / ".reviewconsole/policy.toml"
    policy = place.read_text().replace('targets = ["main"]', 'targets = ["main", "keys"]\ntrust = "keys"')
    early = dev.commit({".reviewconsole/policy.toml": policy}, "Trust a branch that is not there yet")
    dev.commit({".reviewconsole/revoked_keys": fingerprint(blob(alice)) + "\n"}, "Revoke alice's key")
    dev.git("push", "-q", "origin", "main")
    dev.run("init", "--hook", "pre-receive", cwd=world.remote)
    before = refs(world)
    refused(world, before, push(dev, "origin", f"{early}:refs/heads/keys"), "the trust branch begins where signers")
    assert push(dev, "origin", "main:refs/heads/keys").code == 0


def test_a_foreign_hook_stays(world: World) -> None:
    place = world.remote / "hooks" / "pre-receive"
    place.write_text("#!/bin/sh\nexit 0\n")
    says = world["dev"].run("init", "--hook", "pre-receive", cwd=world.remote, code=1)
    assert "somebody else" in says
    assert place.read_text() == "#!/bin/sh\nexit 0\n"
    assert "bare" in world["dev"].run("init", "--hook", "pre-receive", code=1)


def test_a_clone_asks_the_gate_before_it_pushes(tmp_path: Path) -> None:
    world = build(tmp_path)
    dev = world["dev"]
    offer(world, "feat", GOOD)
    dev.run("init", "--hook", "pre-push")
    dev.git("merge", "-q", "--ff-only", "feat")
    before = refs(world)
    refused(world, before, push(dev, "origin", "main"), "0 of 1 approvals")
    world["alice"].run("approve", "origin/feat", "--reason", "read")
    dev.run("sync")
    assert push(dev, "origin", "main").code == 0


def test_a_large_note_and_a_payload_out_of_range_leave_no_traceback(world: World) -> None:
    alice = world["alice"]
    alice.run("approve", "origin/feat", "--reason", "mine")
    record = of(alice, "alice")
    put(alice, record.log, alice.git("rev-parse", "main"), b"x" * (1 << 20) + b"\n")
    before = refs(world)
    pushed = push(alice, "origin", record.log)
    refused(world, before, pushed, "too large")
    assert "Traceback" not in pushed.says
    assert payload_bytes(record.attestation)


def test_a_claim_is_not_deleted_and_what_is_in_its_way_is() -> None:
    tip = Oid("1" * 40)
    prefix = "refs/notes/reviewconsole-claims"
    [refusal] = names.check(Update(ref=f"{prefix}/alice/00000000-11111111", old=tip, new=None))
    assert "never deleted" in refusal.why
    assert not list(names.check(Update(ref=f"{prefix}/alice/00000000-11111111", old=None, new=tip)))
    assert not list(names.check(Update(ref=f"{prefix}/alice", old=tip, new=None)))


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("refs/Heads/main", "lies under refs/heads/"),
        ("refs/notes/ReviewConsole/alice/00000000-11111111", "lies under refs/notes/reviewconsole/"),
        ("refs/notes/reviewconsole-CI/00000000", "lies under refs/notes/reviewconsole-ci/"),
        ("refs/Replace/x", "lies under refs/replace/"),
        ("refs/heads/Main-line", ""),
        ("refs/notes/commits", ""),
    ],
)
def test_a_name_that_is_a_guarded_one_where_case_is_not_told_apart(name: str, says: str) -> None:
    found = [refusal.why for refusal in names.check(Update(ref=name, old=None, new=Oid("1" * 40)))]
    assert [says in why for why in found] == ([True] if says else [])
    assert not list(names.check(Update(ref=name, old=Oid("1" * 40), new=None)))


def test_no_branch_stands_in_the_place_of_a_target(tmp_path: Path) -> None:
    world = build(tmp_path)
    dev = world["dev"]
    policy = dev.clone / ".reviewconsole" / "policy.toml"
    policy.write_text(policy.read_text().replace('targets = ["main"]', 'targets = ["main", "release/*"]'))
    dev.git("commit", "-q", "-a", "-m", "Releases too")
    dev.git("push", "-q", "origin", "main")
    dev.run("init", "--hook", "pre-receive", cwd=world.remote)
    for name, says in (("release", "keeps the target release/*"), ("Release/1", "it is the target release/*")):
        pushed = push(dev, "origin", f"main:refs/heads/{name}")
        assert pushed.code and says in pushed.says
    assert push(dev, "origin", "main:refs/heads/releases", "main:refs/heads/release/1").code == 0
