"""What is fuzzed: each target reads bytes, and may raise only the errors that a caller can act on.

A target checks what its reader promises beside not crashing: a message, a round trip, text that is safe to show.
"""

import random
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import tomli

from reviewconsole import canonical
from reviewconsole.change import Commit, Entry, Oid, decode
from reviewconsole.config import load_config
from reviewconsole.detection.sarif import read_sarif
from reviewconsole.detection.user_packs import read_packs
from reviewconsole.diff import FileDiff, check_rebuild, parse_hunks
from reviewconsole.display import safe_lines, safe_text
from reviewconsole.envelope import parse_envelope, parse_note
from reviewconsole.errors import FormatError, PolicyError, ReviewConsoleError
from reviewconsole.git.journal import Journal
from reviewconsole.git.objects import parse_commit, parse_tree
from reviewconsole.git.patches import split_patches
from reviewconsole.git.trees import parse_raw, raw_rows
from reviewconsole.globs import Glob
from reviewconsole.loading.policies import parse_policy_file
from reviewconsole.loading.records import verify_envelope
from reviewconsole.onepass import read_decision, read_envelope
from reviewconsole.provenance import agent_trace, git_ai_note, srctrace, whogitit
from reviewconsole.provenance.patterns import Patterns
from reviewconsole.receive.update import parse_pushes, parse_updates
from reviewconsole.signers import RevokedKeys, SignerRoster
from reviewconsole.signing import sshsig
from reviewconsole.sshkey import parse_public
from reviewconsole.statement import parse_record
from reviewconsole.tui.theme import theme_from
from reviewconsole.witness import parse_witness

ROOT = Path(__file__).resolve().parents[2]
OLD = b"one = 1\ntwo = 2\n\nthree = 3\n"
NEW = b"one = 1\ntwo = call()\n\nfour = 4\n"
PATCH = b"@@ -1,4 +1,4 @@\n one = 1\n-two = 2\n+two = call()\n \n-three = 3\n+four = 4\n"
_OID = Oid("1" * 40)
_CONTROL = re.compile(
    "[\x00-\x1f\x7f-\xa0\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\U000e0000-\U000e0fff]"
)


@dataclass(frozen=True, kw_only=True)
class Target:
    """One reader."""

    run: Callable[[bytes], object]
    seeds: Callable[[], list[bytes]]
    words: tuple[bytes, ...] = ()
    """Pieces of its grammar, for mutations."""


def attempt(target: Target, data: bytes) -> ReviewConsoleError | None:
    """Run one input. Gives the error that a caller would see; everything else that is raised is a finding."""
    try:
        target.run(data)
    except ReviewConsoleError as error:
        if not error.message.strip():
            raise AssertionError("an error without words") from error
        if isinstance(error, PolicyError | FormatError) and not (error.place or error.remedy or len(error.message) > 8):
            raise AssertionError(f"an error without place and remedy: {error}") from error
        if _CONTROL.search(safe_text(str(error))):
            raise AssertionError("an error that is not safe to show") from error
        return error
    return None


def _file(name: str) -> Callable[[], list[bytes]]:
    return lambda: [(ROOT / name).read_bytes()]


def _texts(*texts: str | bytes) -> Callable[[], list[bytes]]:
    return lambda: [text.encode() if isinstance(text, str) else text for text in texts]


@cache
def _note() -> bytes:
    return (ROOT / "tests/golden/decision-v1.note").read_bytes()


@cache
def _lines() -> tuple[bytes, ...]:
    return parse_note(_note()).lines


def _commit() -> Commit:
    return parse_commit(_OID, COMMIT)


COMMIT = (
    b"tree " + b"1" * 40 + b"\nparent " + b"2" * 40 + b"\nauthor A B <a@x.org> 1760000000 +0100\n"
    b"committer C <c@x.org> 1760000000 +0000\nencoding ISO-8859-1\ngpgsig -----BEGIN SSH SIGNATURE-----\n AAAA\n"
    b" -----END SSH SIGNATURE-----\n\nTitle\n\nBody\n\nCo-Authored-By: Claude <noreply@anthropic.com>\n"
)
KEY = (ROOT / "tests/vectors/openssh_sshsig/ed25519.pub").read_text("ascii").rsplit(" ", 1)[0]
SIGNERS = (
    'alice namespaces="decision@reviewconsole",valid-after="20260101Z",valid-before="20270101Z" '
    f"{KEY} a comment\n# text\n\n"
)
SARIF = (
    '{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"scan","rules":[{"id":"r1","shortDescription":{"text":"x"},'
    '"defaultConfiguration":{"level":"error"},"properties":{"security-severity":"9.1","tags":["a"]}}]}},'
    '"originalUriBaseIds":{"SRC":{"uri":"file:///x/"}},"artifacts":[{"location":{"uri":"a.py"}}],'
    '"results":[{"ruleId":"r1","ruleIndex":0,"level":"warning","message":{"text":"bad {0}","arguments":["y"]},"kind":"fail",'
    '"locations":[{"physicalLocation":{"artifactLocation":{"uri":"a.py","index":0,"uriBaseId":"SRC"},'
    '"region":{"startLine":2,"endLine":2,"startColumn":1}}}],"suppressions":[{"kind":"inSource"}],'
    '"partialFingerprints":{"p":"1"}}]}]}'
)
PACK = (
    "id: no-eval\nlanguage: python\nseverity: error\nmessage: no eval\nnote: why\nurl: https://example.com\n"
    "files: ['**/*.py']\nignores: ['tests/**']\nrule:\n  any:\n    - pattern: eval($X)\n    - kind: call\n      has: {regex: '^exec', stopBy: end}\n"
    "constraints:\n  X: {regex: '.*'}\nmetadata:\n  family: risk\n  why: because\n  instead: do not\n"
)
CONFIG = (
    'theme = "dark"\nkey = "~/.ssh/id"\neditor = "vi"\nclipboard_command = "cat"\nkeymap = "default"\nprincipal = "alice"\n'
    'packs = ["a"]\n[keys]\n"decide.accept" = ["a", "f2"]\napp.quit = "q"\n[[scanner]]\ncommand = ["x", "--y"]\n'
)
TRACE = '{"version":"1.0","id":"x","timestamp":"2026-01-01T00:00:00Z","files":[{"path":"a.py","conversations":[{"contributor":{"type":"ai","model_id":"m"},"ranges":[{"start_line":1,"end_line":2}]}]}]}'
GIT_AI = 'a.py\n  k1 1-3,5\n---\n{"schema_version":"authorship/3.0.0","prompts":{"k1":{"agent_id":{"tool":"claude","model":"m","id":"x"},"human_author":"a"}}}\n'


def _policy(data: bytes) -> None:
    parse_policy_file(data)


def _notes(data: bytes) -> None:
    for line in parse_note(data).lines:
        for read in (parse_envelope, read_envelope):
            try:
                parse_record(read(line).payload)
            except FormatError:
                continue


def _record(data: bytes) -> None:
    quick = read_decision(data)
    record = parse_record(data)
    if quick is not None and quick != record:
        raise AssertionError("the quick reader and the strict one differ")


def _quick(data: bytes) -> None:
    if read_decision(data) is not None:
        parse_record(data)


def _envelope(data: bytes) -> None:
    verify_envelope(data, log="refs/notes/reviewconsole/alice/00000000-00000000", noted=_OID)


def _canonical(data: bytes) -> None:
    if canonical.dump(canonical.parse(data)) != data:
        raise AssertionError("not canonical, and taken")


@cache
def _files() -> tuple[FileDiff, ...]:
    return (_diff(PATCH),)


def _diff(patch: bytes) -> FileDiff:
    entry = Entry(path="a.py", status="M", old_mode="100644", new_mode="100644", old_oid=_OID, new_oid=Oid("2" * 40))
    return FileDiff(entry=entry, old=OLD, new=NEW, hunks=parse_hunks("a.py", patch), binary=False)


def _hunks(data: bytes) -> None:
    check_rebuild(_diff(data))


def _patches(data: bytes) -> None:
    split_patches([data], [file.entry for file in _files()])


def _rows(data: bytes) -> None:
    raw_rows(data)


def _raw(data: bytes) -> None:
    parse_raw(data, [(_OID, Oid("2" * 40))])


def _display(data: bytes) -> None:
    for text in (decode(data), data.decode("utf-16", "surrogatepass") if len(data) % 2 == 0 else ""):
        for shown in (safe_text(text), safe_text(text, tab=4), safe_lines(text).replace("\n", "")):
            if _CONTROL.search(shown):
                raise AssertionError(f"not safe to show: {shown!r}")


def _theme(data: bytes) -> None:
    theme_from(data.decode("utf-8", "replace"), "x.toml")


@cache
def _home() -> tempfile.TemporaryDirectory[str]:
    folder = tempfile.TemporaryDirectory(prefix="fuzz-")
    (Path(folder.name) / ".config/reviewconsole").mkdir(parents=True)
    return folder


def _config(data: bytes) -> None:
    home = Path(_home().name)
    (home / ".config/reviewconsole/config.toml").write_bytes(data)
    load_config({"HOME": str(home)})


def _agents(data: bytes) -> None:
    try:
        table = tomli.loads(data.decode("utf-8"))
    except (tomli.TOMLDecodeError, UnicodeDecodeError, RecursionError):
        return
    Patterns.parse(table)


def _journal(data: bytes) -> None:
    place = Path(_home().name) / "journal.log"
    place.write_bytes(data)
    records, _ = Journal(place).read()
    if any(b"\n" in record and len(record) > len(data) for record in records):
        raise AssertionError("more than was written")


def _globs(data: bytes) -> None:
    pattern, _, path = decode(data).partition("\0")
    Glob(pattern).matches(path)


def _signature(data: bytes) -> None:
    sshsig.verify(b"message", data, namespace="decision@reviewconsole")


def _provenance(read: Callable[[Commit, bytes], object]) -> Callable[[bytes], object]:
    return lambda data: read(_commit(), data)


def _pack(data: bytes) -> None:
    read_packs({"p.yml": data}, taken=())


def _sarif(data: bytes) -> None:
    read_sarif(data, _files(), name="scan.sarif")


def _themes() -> list[bytes]:
    return [path.read_bytes() for path in sorted((ROOT / "themes").glob("*.toml"))]


def _policies() -> list[bytes]:
    found = sorted((ROOT / "reviewconsole/demo/story").rglob("policy.toml"))
    return [path.read_bytes() for path in [*found, ROOT / "benchmarks/constraints/policy.toml"]]


TARGETS: Mapping[str, Target] = {
    "policy": Target(run=_policy, seeds=_policies, words=(b"[[rule]]", b"[[constraint]]", b"kind = ", b"paths.deny", b"= [", b"{", b"'''")),
    "signers": Target(run=lambda data: SignerRoster.parse(data), seeds=_texts(SIGNERS), words=(b"namespaces=", b"valid-before=", b"cert-authority", b"*", b'"')),
    "revocations": Target(
        run=lambda data: RevokedKeys.parse(data),
        seeds=_texts(f'revoked-at="20260101Z" SHA256:{"A" * 43}\n{KEY}\n'),
        words=(b"SHA256:", b"revoked-at="),
    ),
    "notes": Target(run=_notes, seeds=lambda: [_note()], words=(b'{"payloadType":', b"\n\n", b"reason: ")),
    "envelope": Target(run=_envelope, seeds=lambda: list(_lines()), words=(b'"sig":"', b'"keyid":"', b"\\u0000")),
    "record": Target(run=_record, seeds=_file("tests/golden/decision-v1.payload.json"), words=(b'"decision":"reject"', b"1e400", b"NaN", b"\\ud800", b'"_type"')),
    "record-quick": Target(run=_quick, seeds=_file("tests/golden/decision-v1.payload.json"), words=(b'"viewed":', b'"reject"')),
    "canonical": Target(run=_canonical, seeds=_file("tests/golden/decision-v1.payload.json"), words=(b"1e400", b"-0", b'"\\u0001"', b"[[[[", b"{}")),
    "witness": Target(run=lambda data: parse_witness(data), seeds=_file("tests/golden/decision-v1.payload.json"), words=(b"urn:reviewconsole:", b'"tips"')),
    "sarif": Target(run=_sarif, seeds=_texts(SARIF), words=(b'"runs"', b'"region"', b'"startLine":-1', b"null", b"1e999")),
    "rule-pack": Target(run=_pack, seeds=_texts(PACK), words=(b"rule:", b"pattern: ", b"&a", b"*a", b"<<: ", b"!!python/object:x", b"---\n")),
    "theme": Target(run=_theme, seeds=_themes, words=(b'base = "dark"', b"ansi = true", b"[variables]", b"#00000")),
    "config": Target(run=_config, seeds=_texts(CONFIG), words=(b"[keys]", b"[[scanner]]", b"command = ", b"\0")),
    "agents": Target(run=_agents, seeds=_file("reviewconsole/provenance/agents.toml"), words=(b"[[", b"pattern = ", b"(?P<", b"\\1", b"{9999}")),
    "hunks": Target(run=_hunks, seeds=_texts(PATCH), words=(b"@@ -1,4 +1,4 @@", b"\\ No newline at end of file\n", b"--- a\n", b"+++ b\n", b"\r", b"\x0c", b"\xc2\x85")),
    "patches": Target(
        run=_patches,
        seeds=_texts(b"diff --git a/a.py b/a.py\nindex " + b"1" * 40 + b".." + b"2" * 40 + b" 100644\n--- a/a.py\n+++ b/a.py\n" + PATCH),
        words=(b"diff --git ", b"index ", b"\0", b":"),
    ),
    "rows": Target(run=_rows, seeds=_texts(b":100644 100644 " + b"1" * 40 + b" " + b"2" * 40 + b" M\0a.py\0")),
    "raw": Target(run=_raw, seeds=_texts(b"1" * 40 + b" " + b"2" * 40 + b"\n:100644 100644 " + b"1" * 40 + b" " + b"2" * 40 + b" M\0a.py\0")),
    "tree": Target(run=lambda data: parse_tree(data, "sha1"), seeds=_texts(b"100644 a\0" + b"1" * 20 + b"40000 d\0" + b"2" * 20), words=(b"120000 ", b"160000 ")),
    "commit": Target(run=lambda data: parse_commit(_OID, data), seeds=_texts(COMMIT), words=(b"\nauthor ", b"\nencoding UTF-16", b"\nparent ", b" -1 +9999", b"\0")),
    "public-key": Target(run=lambda data: parse_public(decode(data)), seeds=_texts(KEY), words=(b"ssh-rsa", b"sk-ssh-ed25519@openssh.com", b"ecdsa-sha2-nistp256")),
    "signature": Target(run=_signature, seeds=lambda: [p.read_bytes() for p in sorted((ROOT / "tests/vectors/openssh_sshsig").glob("*.sig"))], words=(b"-----BEGIN SSH SIGNATURE-----\n", b"U1NIU0lH")),
    "display": Target(run=_display, seeds=_texts("\x1b]0;x\x07\u202e\u200b\ufe0f\U000e0041 caf\xe9 \t\x9b", b"\xff\xfe\xed\xa0\x80")),
    "agent-trace": Target(run=_provenance(agent_trace.read), seeds=_texts(TRACE), words=(b'"ranges"', b"null", b"1e999", b"-1")),
    "git-ai": Target(run=_provenance(git_ai_note.read), seeds=_texts(GIT_AI), words=(b"---\n", b"1-999999999999", b'"prompts"')),
    "srctrace": Target(run=_provenance(srctrace.read), seeds=_texts(TRACE), words=(b"{", b"null")),
    "whogitit": Target(run=_provenance(whogitit.read), seeds=_texts(TRACE), words=(b"{", b"null")),
    "updates": Target(run=lambda data: parse_updates(data), seeds=_texts("1" * 40 + " " + "2" * 40 + " refs/heads/main\n"), words=(b"0" * 40, b" refs/")),
    "pushes": Target(run=lambda data: parse_pushes(data), seeds=_texts("refs/heads/a " + "1" * 40 + " refs/heads/main " + "0" * 40 + "\n")),
    "journal": Target(run=_journal, seeds=_texts(b"5 2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824 aGVsbG8=\n")),
    "globs": Target(run=_globs, seeds=_texts("services/([^/]+)/**\0services/a/b", "**/{a,b}*.py\0x/a.py", "[!a-z]?\0B1"), words=(b"**", b"[", b"{", b"}", b"!", b"\\")),
}  # fmt: skip


def mutations(chance: random.Random, seeds: list[bytes], words: tuple[bytes, ...]) -> Iterator[bytes]:
    """Inputs without end: seeds with bytes flipped, pieces cut, doubled, moved, and words of the grammar put in."""
    pool = [*seeds, b""]
    while True:
        data = bytearray(chance.choice(pool))
        for _ in range(1 + chance.randrange(4)):
            at = chance.randrange(len(data) + 1)
            end = min(len(data), at + 1 + chance.randrange(16))
            kind = chance.randrange(7)
            if kind == 0 and at < len(data):
                data[at] ^= 1 << chance.randrange(8)
            elif kind == 1:
                data[at:at] = bytes([chance.randrange(256)])
            elif kind == 2:
                del data[at:end]
            elif kind == 3:
                data[at:at] = data[at:end] * (1 + chance.randrange(8))
            elif kind == 4 and words:
                data[at:at] = chance.choice(list(words))
            elif kind == 5:
                piece = data[at:end]
                del data[at:end]
                to = chance.randrange(len(data) + 1)
                data[to:to] = piece
            else:
                other = chance.choice(pool)
                data[at:] = other[chance.randrange(len(other) + 1) :]
        yield bytes(data[:65536])
