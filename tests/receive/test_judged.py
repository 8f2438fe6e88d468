"""The hook's judgement without the push: updates of one prepared repository, each refused or not, and why."""

import subprocess
from dataclasses import dataclass, replace

import pytest

from reviewconsole.attestation import payload_bytes
from reviewconsole.chain import Observed, log_ref
from reviewconsole.change import Oid
from reviewconsole.config import builtin_patterns
from reviewconsole.git.repository import Repository
from reviewconsole.receive import Update, receive
from reviewconsole.sshkey import fingerprint, key8
from reviewconsole.statement import note_text
from tests.e2e.test_attacks import blob, envelope, of, records
from tests.e2e.world import CLAUDE, Person, World, build, offer, policy_files

MAIN = "refs/heads/main"
NOW = 1_796_000_000
MORE = '[review]\nscope = "all"\n'


@dataclass
class Prepared:
    """A bare repository in which every object of the pushes lies already, and names of commits."""

    world: World
    repository: Repository
    at: dict[str, Oid]
    log: str

    def says(self, *updates: tuple[str, str | None, str | None]) -> list[str]:
        """What refuses a push of (ref, old, new), by names."""
        moved = [
            Update(ref=ref, old=self.at[old] if old else None, new=self.at[new] if new else None)
            for ref, old, new in updates
        ]
        return [refusal.why for refusal in receive(self.repository, builtin_patterns(), moved, now=NOW).refusals]


def written(who: Person, tip: str | None, noted: str, text: bytes) -> str:
    """A notes commit that follows a tip, with one note."""
    who.git("update-ref", "refs/notes/draft", tip) if tip else who.git("update-ref", "-d", "refs/notes/draft")
    command = ["git", "-C", str(who.clone), "notes", "--ref=refs/notes/draft", "add", "-f", "-F", "-", noted]
    subprocess.run(command, input=text, env=who.env, check=True, capture_output=True)
    return who.git("rev-parse", "refs/notes/draft")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    world = build(tmp_path_factory.mktemp("judged"), more=MORE)
    dev, alice, bob = world["dev"], world["alice"], world["bob"]
    policy = policy_files([alice, bob], more=MORE)
    policy[".reviewconsole/policy.toml"] = policy[".reviewconsole/policy.toml"].replace(
        'targets = ["main"]', 'targets = ["main", "release/*"]'
    )
    at = {"begin": dev.git("rev-parse", "main")}
    at["main"] = dev.commit(policy, "Releases too")
    dev.git("push", "-q", "origin", "main")
    for who in (alice, bob):
        who.git("pull", "-q", "origin", "main")
    at["feat"] = offer(world, "feat", {"a.py": "A = 1\n"})
    alice.run("approve", "origin/feat", "--reason", "Read it.", "--no-push")
    first = of(alice, "alice")
    log, at["one"] = first.log, alice.git("rev-parse", first.log)
    at["more"] = offer(world, "more", {"b.py": "B = 1\n"})
    alice.run("approve", "origin/more", "--reason", "Read it.", "--no-push")
    at["two"] = alice.git("rev-parse", log)
    second = next(r for r in records(alice) if r.attestation.sequence == 2)
    dev.git("checkout", "-q", "main")
    at["evil"] = dev.commit({"app.py": "evil\n"}, f"Evil\n\n{CLAUDE}\n")
    dev.git("checkout", "-q", "-b", "squash", "origin/main")
    dev.git("merge", "-q", "--squash", "feat")
    dev.git("commit", "-q", "-m", f"Land\n\n{CLAUDE}\n")
    at["squash"] = dev.git("rev-parse", "HEAD")
    tree = dev.git("rev-parse", "feat^{tree}")
    at["side"] = dev.git("commit-tree", "-p", at["begin"], "-m", "side", f"{at['begin']}^{{tree}}")
    at["foxtrot"] = dev.git("commit-tree", "-p", at["side"], "-p", at["main"], "-m", "foxtrot", tree)
    at["inside"] = dev.git("commit-tree", "-p", at["main"], "-p", at["feat"], "-m", "merge", tree)
    payload = payload_bytes(second.attestation)
    line = envelope(alice, payload)
    other = replace(second.attestation, reason="Another reason.")
    notes: dict[str, tuple[str | None, str, bytes]] = {
        "gap": (None, at["more"], note_text([line])),
        "fork": (at["two"], at["more"], note_text([line, envelope(alice, payload_bytes(other))])),
        "changed": (at["two"], at["more"], note_text([envelope(alice, payload_bytes(other))])),
        "summary": (at["one"], at["more"], note_text([line]).replace(b"approve", b"reject ", 1)),
        "foreign": (at["one"], at["more"], note_text([envelope(bob, payload)])),
        "elsewhere": (at["one"], at["evil"], note_text([line])),
        "unsigned": (at["one"], at["more"], note_text([line]).replace(b'"sig":"', b'"sig":"AAAA', 1)),
        "false": (
            at["one"],
            at["more"],
            note_text([envelope(alice, payload_bytes(replace(second.attestation, observed=(
                Observed(log=log_ref("bob", key8(blob(bob)), "0badcafe"), sequence=1, id="sha256:" + "0" * 64),
            ))))]),
        ),
        "absent": (
            at["one"],
            "1" * 40,
            note_text([envelope(alice, payload_bytes(replace(second.attestation, head=Oid("1" * 40))))]),
        ),
        "huge": (at["one"], at["more"], b"x" * (1 << 20) + b"\n"),
        "text": (at["one"], at["more"], b"looks good\n"),
    }  # fmt: skip
    for name, (tip, noted, text) in notes.items():
        at[name] = written(alice, tip, noted, text)
    for name in ("claim", "claimed"):
        alice.run("claim", "origin/feat", "--for", "1h" if name == "claim" else "2h", "--no-push")
        at[name] = alice.git("for-each-ref", "--format=%(objectname)", "refs/notes/reviewconsole-claims/alice")
    empty = alice.git("mktree")
    at["unclaimed"] = alice.git("commit-tree", "-p", at["claimed"], "-m", "x", empty)
    at["unrelated"] = alice.git("commit-tree", "-m", "x", f"{at['claimed']}^{{tree}}")
    at["no claim"] = written(alice, at["claimed"], at["feat"], b"mine now\n")
    at["emptied"] = alice.git("commit-tree", "-p", at["two"], "-m", "x", empty)
    at["blob"] = alice.git("rev-parse", "origin/main:app.py")
    at["revoked"] = dev.branch(
        "revoked", {".reviewconsole/revoked_keys": f"{fingerprint(blob(alice))}\n"}, start="origin/main"
    )
    for who, names in ((dev, list(at)), (alice, list(at))):
        for name in names:
            if who.git("cat-file", "-t", at[name], check=False):
                who.git("push", "-q", "origin", f"{at[name]}:refs/objects/{name.replace(' ', '-')}")
    return Prepared(world, Repository.open(world.remote, dev.env), {k: Oid(v) for k, v in at.items()}, log)


LOG = "the log"


def test_what_was_signed_off_lands_with_its_record(made: Prepared) -> None:
    assert made.says((MAIN, "main", "squash"), (made.log, None, "one")) == []
    assert made.says((made.log, None, "two"), (MAIN, "main", "feat")) == []
    assert made.says((MAIN, "main", "inside"), (made.log, None, "one")) == []
    assert made.says((made.log, None, "two")) == []
    assert made.says(("refs/heads/topic", None, "evil")) == []
    assert made.says(("refs/heads/release/1", None, "main")) == []


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("main", "evil", "0 of 1 approvals"),
        ("main", "squash", "0 of 1 approvals"),
        ("main", "begin", "rewrites what has landed"),
        ("main", None, "never deleted"),
        ("main", "foxtrot", "second parent of a merge"),
        ("main", "blob", "cannot be judged"),
    ],
)
def test_what_does_not_get_onto_a_target(made: Prepared, old: str, new: str | None, why: str) -> None:
    [said] = made.says((MAIN, old, new))
    assert why in said


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("evil", "commits that are on no other target"),
        ("feat", "commits that are on no other target"),
        ("begin", "whose policy is not that of"),
    ],
)
def test_a_target_begins_where_one_stands(made: Prepared, name: str, why: str) -> None:
    [said] = made.says(("refs/heads/release/1", None, name))
    assert why in said


@pytest.mark.parametrize(
    ("new", "why"),
    [
        ("gap", "record 2 does not follow record 0"),
        ("summary", "does not say what its last record says"),
        ("foreign", "is not its owner's"),
        ("elsewhere", "hangs on another object"),
        ("unsigned", "does not verify"),
        ("false", "which is not here"),
        ("absent", "push the commits first"),
        ("huge", "too large"),
        ("text", "does not"),
        ("blob", "points at a commit"),
        ("evil", "no note"),
    ],
)
def test_what_a_log_does_not_take(made: Prepared, new: str, why: str) -> None:
    [said] = made.says((made.log, None, new))
    assert why in said


@pytest.mark.parametrize(("name", "sound"), [("refs/notes/reviewconsole/alice/x", False), (LOG, True)])
def test_a_log_is_called_by_its_owner_and_key(made: Prepared, name: str, *, sound: bool) -> None:
    said = made.says((made.log if name == LOG else name, None, "one"))
    assert (said == []) is sound
    bobs = made.log.replace("/alice/", "/bob/")
    assert "is not its owner's" in made.says((bobs, None, "one"))[0]


@pytest.fixture(scope="module")
def logged(made: Prepared) -> Prepared:
    """The same with the log in its place."""
    made.world["alice"].git("push", "-q", "origin", f"{made.at['two']}:{made.log}")
    return made


@pytest.mark.parametrize(
    ("new", "why"),
    [
        (None, "never deleted"),
        ("one", "rewinds the log"),
        ("emptied", "drops or changes a record"),
        ("changed", "drops or changes a record"),
        ("fork", "record 2 does not follow record 2"),
    ],
)
def test_a_log_only_grows(logged: Prepared, new: str | None, why: str) -> None:
    [said] = logged.says((logged.log, "two", new))
    assert why in said


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (None, "claimed", ""),
        ("claim", "claimed", ""),
        ("claimed", "claim", "rewinds the claims"),
        ("claimed", "unrelated", "rewinds the claims"),
        ("claimed", "unclaimed", "drops a claim"),
        ("claimed", "no claim", "holds no claim"),
        ("claimed", "blob", "point at a commit"),
        ("claimed", None, "never deleted"),
    ],
)
def test_claims_are_kept_as_their_person_wrote_them(made: Prepared, old: str | None, new: str | None, why: str) -> None:
    ref = made.log.replace("reviewconsole/", "reviewconsole-claims/")
    said = made.says((ref, old, new))
    assert [why in each for each in said] == ([True] if why else [])
    assert "in another place" in made.says((ref.replace("/alice/", "/bob/"), None, "claimed"))[0]


def test_a_refused_log_refuses_what_comes_with_it(logged: Prepared) -> None:
    said = logged.says((MAIN, "main", "squash"), (logged.log, "two", "one"))
    assert len(said) == 1 and "rewinds" in said[0]
    assert logged.says((MAIN, "main", "squash")) == []


def test_a_key_that_is_revoked_writes_no_more(made: Prepared, tmp_path_factory: pytest.TempPathFactory) -> None:
    place = tmp_path_factory.mktemp("revoked") / "r.git"
    subprocess.run(["git", "clone", "-q", "--mirror", str(made.world.remote), str(place)], check=True)
    for words in (("update-ref", MAIN, made.at["revoked"]), ("update-ref", "-d", made.log)):
        subprocess.run(["git", "-C", str(place), *words], check=True)
    repository = Repository.open(place, made.world["dev"].env)
    moved = [Update(ref=made.log, old=None, new=made.at["one"])]
    [refusal] = receive(repository, builtin_patterns(), moved, now=NOW).refusals
    assert "the key is revoked" in refusal.why
