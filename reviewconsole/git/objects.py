"""Raw git objects: hash them, parse commits and trees. Pure; no process is started here."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from reviewconsole import lazy_re as re
from reviewconsole.change import OBJECT_ID, Commit, Oid, Person, decode
from reviewconsole.errors import CorruptObject, RepositoryError

_PERSON = re.compile(
    rb"(?P<name>[^<\n]*?) ?<(?P<email>[^>\n]*)>(?: (?P<time>-?\d{1,18})(?: [+-]\d{4,6})?)?.*", re.DOTALL
)

_ENCODING = re.compile(
    r"(iso-?8859-?|latin-?|windows-?|cp|koi8-?|utf-?(16|32)|euc|gb|big5|shift|s?jis|ascii|us-ascii|iso-?2022)[\w-]{0,16}",
    re.IGNORECASE | re.ASCII,
)
_OID = re.compile(OBJECT_ID.encode())
_USUAL = re.compile(
    rb"tree (?P<tree>%b)\n(?P<parents>(?:parent (?:%b)\n)*)"
    rb"author (?P<author>[^<>\n\0]*?) ?<(?P<author_email>[^<>\n\0]*)> (?P<author_time>\d{1,18}) [+-]\d{4}\n"
    rb"committer (?P<name>[^<>\n\0]*?) ?<(?P<email>[^<>\n\0]*)> (?P<time>\d{1,18}) [+-]\d{4}\n\n"
    % ((OBJECT_ID.encode(),) * 2)
)
"""A commit as nearly all are: nothing odd, no signature, no other header."""
_ORDER = (b"tree", b"parent", b"author", b"committer")


@dataclass(frozen=True, slots=True)
class TreeItem:
    """One row of a tree object."""

    mode: str
    """Six octal digits, e.g. `040000` for a folder."""
    name: bytes
    oid: Oid


def object_id(kind: str, data: bytes, object_format: str) -> Oid:
    """Hash an object the way git names it."""
    name = hashlib.sha256 if object_format == "sha256" else hashlib.sha1
    digest = name(f"{kind} {len(data)}\0".encode(), usedforsecurity=False)
    digest.update(data)
    return Oid(digest.hexdigest())


def check_object(oid: Oid, kind: str, data: bytes, object_format: str) -> None:
    """Refuse bytes that are not those of the id (CorruptObject): git itself does not check."""
    if object_id(kind, data, object_format) != oid:
        raise CorruptObject(
            f"the bytes stored for {kind} {oid[:12]} are not its own",
            remedy="run `git fsck`, and ask who wrote to .git",
        )


def parse_tree(data: bytes, object_format: str) -> tuple[TreeItem, ...]:
    """Parse a raw tree object."""
    width = 32 if object_format == "sha256" else 20
    items = []
    at = 0
    while at < len(data):
        space, nul = data.find(b" ", at), data.find(b"\0", at)
        if space < 0 or nul < space or nul + 1 + width > len(data):
            raise RepositoryError("a tree object is malformed")
        oid = data[nul + 1 : nul + 1 + width].hex()
        items.append(TreeItem(data[at:space].decode("ascii", "replace").rjust(6, "0"), data[space + 1 : nul], Oid(oid)))
        at = nul + 1 + width
    return tuple(items)


def tree_bytes(items: Sequence[TreeItem]) -> bytes:
    """Serialise a tree object; folders sort as if their names ended with a slash."""
    ordered = sorted(items, key=lambda item: item.name + (b"/" if item.mode == "040000" else b""))
    return b"".join(
        item.mode.lstrip("0").encode() + b" " + item.name + b"\0" + bytes.fromhex(item.oid) for item in ordered
    )


def _person(raw: bytes, encoding: str) -> tuple[Person, int, bool]:
    match = _PERSON.fullmatch(raw)
    if match is None:
        return Person(name=_text(raw, encoding), email=""), 0, False
    person = Person(name=_text(match["name"], encoding), email=decode(match["email"]))
    return person, int(match["time"] or 0), match["time"] is not None


def _text(raw: bytes, encoding: str) -> str:
    # Python's other codecs (idna, unicode_escape, ...) are no encodings that git knows
    if _ENCODING.fullmatch(encoding):
        try:
            return raw.decode(encoding)
        except (LookupError, UnicodeError):
            return decode(raw)
    return decode(raw)


def parse_commit(oid: Oid, data: bytes) -> Commit:
    """Parse a raw commit object; what is odd about it is said in `anomalies`.

    Raises RepositoryError only where tree or parents are no ids, since ids become arguments.
    """
    usual = _USUAL.match(data)
    return parse_any_commit(oid, data) if usual is None or b"\0" in data else _usual_commit(oid, data, usual)


def _usual_commit(oid: Oid, data: bytes, found: re.Match[bytes]) -> Commit:
    tree, parents, *people = found.groups()
    name, email, time, committer, committer_email, committer_time = people
    author = Person(name=decode(name), email=decode(email))
    same = (name, email) == (committer, committer_email)
    return Commit(
        oid=oid,
        tree=Oid(tree.decode()),
        parents=tuple(map(Oid, parents.decode().split()[1::2])),
        author=author,
        author_time=int(time),
        committer=author if same else Person(name=decode(committer), email=decode(committer_email)),
        committer_time=int(committer_time),
        message=decode(data[found.end() :]),
    )


def parse_any_commit(oid: Oid, data: bytes) -> Commit:
    """Like `parse_commit`, header by header."""
    head, _, message = data.partition(b"\n\n")
    headers: dict[bytes, list[bytes]] = {}
    parents: list[bytes] = []
    last = b""
    for row in head.split(b"\n"):
        if row.startswith(b" ") and last:
            headers[last][-1] += b"\n" + row[1:]
            continue
        before, (last, _, value) = last, row.partition(b" ")
        headers.setdefault(last, []).append(value)
        if last == b"parent" and before in (b"tree", b"parent"):
            # git knows no parent that stands further down
            parents.append(value)
    anomalies = [
        f"{key.decode()} stands {len(headers[key])} times"
        for key in (b"author", b"committer", b"tree", b"encoding")
        if len(headers.get(key, [])) > 1
    ]
    ids = [*headers.get(b"tree", [b""]), *headers.get(b"parent", [])]
    if not all(_OID.fullmatch(value) for value in ids):
        raise RepositoryError(f"commit {oid[:12]} is malformed", remedy="run `git fsck`")
    places = [_ORDER.index(key) if key in _ORDER else len(_ORDER) for key in headers]
    if places != sorted(places):
        anomalies.append("a header is out of place")
    encoding = headers.get(b"encoding", [b""])[0].decode("ascii", "replace")
    if encoding and encoding.lower().replace("_", "-") not in ("utf-8", "utf8"):
        anomalies.append(f"the message is encoded as {encoding[:40]}")
    else:
        encoding = ""
    if b"\0" in data:
        anomalies.append("the commit holds a NUL")
    author, author_time, author_ok = _person(headers.get(b"author", [b""])[0], encoding)
    committer, committer_time, committer_ok = _person(headers.get(b"committer", [b""])[0], encoding)
    if not (author_ok and committer_ok):
        anomalies.append("author or committer is malformed")
    return Commit(
        oid=oid,
        tree=Oid(headers.get(b"tree", [b""])[0].decode("ascii", "replace")),
        parents=tuple(Oid(parent.decode("ascii", "replace")) for parent in parents),
        author=author,
        author_time=author_time,
        committer=committer,
        committer_time=committer_time,
        message=_text(message, encoding),
        anomalies=tuple(anomalies),
        signed=any(key.startswith(b"gpgsig") for key in headers),
    )
