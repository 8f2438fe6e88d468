"""What a constraint may look at, and how it answers."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from reviewconsole.boundary import Witness
from reviewconsole.change import Commit, Entry, Oid, encode
from reviewconsole.diff import FileDiff
from reviewconsole.errors import FormatError
from reviewconsole.evidence import Provenance, ProvenanceClass
from reviewconsole.finding import Side
from reviewconsole.globs import Globs, Units


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One commit of the range against its first parent."""

    commit: Commit
    files: tuple[FileDiff, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class CommitSignature:
    """Whose signature a commit bears: checked by loading, judged by the constraint."""

    state: str
    """good, bad, none, or unknown for a kind that is not checked (OpenPGP, X.509)."""
    fingerprint: str = ""
    """`SHA256:...` of the key of a good one."""


def _no_file(_path: str) -> bytes | None:
    return None


def _no_note(_ref: str, _commit: Oid) -> bytes | None:
    return None


def _no_steps() -> tuple[Step, ...]:
    return ()


def _not_signed(_commit: Commit) -> CommitSignature:
    return CommitSignature(state="none")


def _no_agent(_email: str) -> bool:
    return False


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """The decidable facts of a change: nothing else may enter a verdict.

    The callables read the repository on demand; like everything here their answers are functions
    of object ids, and what they hand out was hashed again.
    """

    entries: tuple[Entry, ...]
    """What the constraint speaks about: exempt paths are not in it."""
    whole: tuple[Entry, ...] = ()
    """The whole change, exempt paths included."""
    files: Mapping[str, FileDiff] = field(default_factory=dict)
    """Path -> both sides and hunks; an entry that could not be read is not in it."""
    commits: tuple[Commit, ...] = ()
    """Newest first."""
    target: str = ""
    """Branch the change wants to enter, without `refs/heads/`."""
    provenance: Provenance = field(default_factory=lambda: Provenance(provenance=ProvenanceClass.NONE))
    units: Units = field(default_factory=lambda: Units(()))
    generated: Globs = field(default_factory=lambda: Globs(()))
    shallow: bool = False
    head_file: Callable[[str], bytes | None] = _no_file
    """Content of a regular file of the head's tree, changed or not."""
    note: Callable[[str, Oid], bytes | None] = _no_note
    """Note under a ref on a commit; Undetermined where the ref is not here."""
    steps: Callable[[], tuple[Step, ...]] = _no_steps
    """Each commit's own change, merges left out."""
    signature: Callable[[Commit], CommitSignature] = _not_signed
    is_agent: Callable[[str], bool] = _no_agent
    """Whether an e-mail address is that of an AI tool or of automation."""

    def with_entries(self, entries: tuple[Entry, ...]) -> "Facts":
        """The same facts about fewer entries."""
        return replace(self, entries=entries)

    def matching(self, globs: Globs) -> Iterator[tuple[Entry, FileDiff | None]]:
        """The entries whose path matches, with their content where it could be read."""
        for entry in self.entries:
            if globs.matches(entry.path):
                yield entry, self.files.get(entry.path)


class Undetermined(FormatError):
    """What a constraint asks cannot be told from this input: templated, unparsable, not here."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """One verdict with its reason and the places it rests on."""

    verdict: str
    """pass, violated, n/a or undecidable."""
    why: str
    witnesses: tuple[Witness, ...] = ()


class Tally:
    """Gathers what a constraint finds over all files, so that its answer names every place."""

    def __init__(self) -> None:
        self._broken: list[tuple[str, tuple[Witness, ...]]] = []
        self._unclear: list[tuple[str, tuple[Witness, ...]]] = []
        self.looked = False
        """Whether there was anything that the constraint speaks about."""

    def broken(self, why: str, *witnesses: Witness) -> None:
        """Note a place where the constraint is violated."""
        self._broken.append((why, witnesses))

    def unclear(self, why: str, *witnesses: Witness) -> None:
        """Note a place where nobody can tell."""
        self._unclear.append((why, witnesses))

    def answer(self, held: str, nothing: str) -> Answer:
        """Sum up: any violation, else anything unclear, else pass; n/a where nothing was looked at."""
        found = self._broken or self._unclear
        if found:
            more = f" ({len(found)} in all)" if len(found) > 1 else ""
            places = {witness for _, witnesses in (*self._broken, *self._unclear) for witness in witnesses}
            return Answer(
                verdict="violated" if self._broken else "undecidable",
                why=found[0][0] + more,
                witnesses=tuple(sorted(places, key=_order)),
            )
        return Answer(verdict="pass", why=held) if self.looked else Answer(verdict="n/a", why=nothing)


def _order(witness: Witness) -> tuple[bytes, str, tuple[int, int], str]:
    return encode(witness.path), witness.side.value, witness.lines, witness.sha256


def entry_witness(entry: Entry) -> Witness:
    """Point at a whole entry, by path; the digest binds path and both object ids."""
    parts = (entry.path, entry.old_oid or "-", entry.new_oid or "-")
    return Witness(
        path=entry.path,
        side=Side.OLD if entry.new_oid is None else Side.NEW,
        lines=(0, 0),
        sha256=hashlib.sha256(b"\0".join(encode(part) for part in parts)).hexdigest(),
    )


def entry_witnesses(entries: Iterable[Entry]) -> tuple[Witness, ...]:
    """Point at whole entries."""
    return tuple(entry_witness(entry) for entry in entries)


def text_witness(path: str, side: Side, text: str, first: int, last: int | None = None) -> Witness:
    """Point at matched text on lines first..last, 1-based."""
    digest = hashlib.sha256(encode(text)).hexdigest()
    return Witness(path=path, side=side, lines=(first, first if last is None else last), sha256=digest)


def commit_witness(commit: Commit) -> Witness:
    """Point at a commit, which has no path; the digest binds its id."""
    digest = hashlib.sha256(b"commit\0" + encode(commit.oid)).hexdigest()
    return Witness(path="", side=Side.NEW, lines=(0, 0), sha256=digest)


LONGEST_TEXT = 4 << 20
"""Bytes; a longer file is not parsed."""


def text_of(data: bytes, *, longest: int = LONGEST_TEXT) -> str:
    """Decode a file that is to be parsed; Undetermined where it is no UTF-8 text or too long."""
    if len(data) > longest:
        raise Undetermined(f"has more than {longest} bytes")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Undetermined("is not UTF-8") from error
    if "\0" in text:
        raise Undetermined("holds a NUL")
    return text.replace("\r\n", "\n")


def sides(entry: Entry, file: FileDiff | None) -> tuple[str | None, str | None]:
    """Both sides of a file as text, None where absent; Undetermined where a side cannot be read."""
    if entry.submodule or file is None:
        raise Undetermined("has no text that can be read")
    old, new = (None if side is None else text_of(side) for side in (file.old, file.new))
    return old, new


def side_rows(file: FileDiff, side: Side) -> Iterator[tuple[int, str]]:
    """Line number and text of every added (new side) or removed (old side) line.

    An entry without hunks whose content is text counts whole: a symlink that became a file.
    """
    if file.hunks:
        for hunk in file.hunks:
            for line in hunk.added if side is Side.NEW else hunk.removed:
                number = line.new if side is Side.NEW else line.old
                yield number or 0, line.text
    elif file.entry.status == "T" and not file.binary:
        data = file.new if side is Side.NEW else file.old
        for number, row in enumerate((data or b"").split(b"\n"), 1):
            yield number, row.decode("utf-8", "surrogateescape")


def searchable(text: str) -> str:
    """Text as the linear-time engine takes it: bytes that are not UTF-8 become U+FFFD."""
    return text.encode("utf-8", "replace").decode("utf-8")
