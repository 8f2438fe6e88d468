"""The values that pass between the parts of detection."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

from reviewconsole import lazy_re as re
from reviewconsole.detection.hosts import Hosts
from reviewconsole.detection.source import Source
from reviewconsole.detection.tally import Tally
from reviewconsole.finding import Confidence, Dropped, Finding, Page, Severity, Side
from reviewconsole.globs import Globs

FIRES = frozenset({"added", "removed", "changed", "absent-in-new-host"})
GUARDS = frozenset({"host-gone", "moved", "nonproduction-path", "already-there", "call-gone"})
PLACES = frozenset({"host", "parent", "caller", "file", "change"})
HOSTS = frozenset({"unit", "outermost", "file"})


@dataclass(frozen=True, kw_only=True, slots=True)
class ScanResult:
    """What a scan, or one stage of it, found."""

    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    """What could not be scanned, in words."""
    dropped: Mapping[str, int] = field(default_factory=dict)
    """Name of a guard to the number of raw hits it took away."""
    dropped_places: tuple[Dropped, ...] = ()
    """Where they were, up to a limit."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """How far a scan has come."""

    findings: tuple[Finding, ...] = ()
    """Found so far, numbered, worst first."""
    running: str
    """What is under way now."""


Told = Callable[[Progress | None], object]
"""Hears of progress; None is a sign of life. It may raise, which ends the waiting."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """One document of a rule pack: a pattern for one language, and when it counts."""

    rule: str
    id: str
    language: str
    """ast-grep's name, or `text` for a line rule."""
    kinds: frozenset[str]
    """Kinds of file a line rule reads; empty for a structural one."""
    body: Mapping[str, object]
    """What ast-grep is given: `rule`, `constraints`, `utils`; empty for a line rule."""
    regex: str
    exempt: str
    """A line that matches this never counts; empty for none."""
    message: str
    severity: Severity
    fires: str
    unless: frozenset[str]
    replaced: str
    """An added line that matches this stands in for what was removed."""
    replaced_in: frozenset[str]
    """Where that line may stand: host, parent (around the host), caller, file, change."""
    host: str
    """What must survive for a removal to count: unit (the innermost), outermost, or file."""
    focus: str
    """Narrows the location to the first line of the match that matches this."""
    lowered: bool
    """Whether a non-production path weighs the severity down by one."""
    comments: bool
    """Whether comment lines count."""
    files: tuple[str, ...] = ()
    """Patterns of the paths it reads; empty for all."""

    def reads(self, path: str) -> bool:
        """Tell whether a path is one of those the document reads."""
        return not self.files or _globs(self.files).matches(path)


@lru_cache(maxsize=512)
def _globs(patterns: tuple[str, ...]) -> Globs:
    return Globs(patterns)


@dataclass(frozen=True, kw_only=True, slots=True)
class Pack:
    """One rule: its page and its documents."""

    page: Page
    documents: tuple[Document, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleSettings:
    """What a policy asks of the rules."""

    disable: frozenset[str] = frozenset()
    severity: Mapping[str, Severity] = field(default_factory=dict)
    """Rule name to the severity that replaces the rule's own."""
    generated: tuple[str, ...] = ()
    """Patterns of paths that a tool writes, by the policy: not scanned."""
    packs: tuple[Pack, ...] = ()
    """Rules of the policy: they count like the built-in ones."""
    packs_digest: str = ""
    own_packs: tuple[Pack, ...] = ()
    """The person's own rules: shown, and left out of what the gate judges."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """Where a document matched on one side of one file, before any guard."""

    document: Document
    source: Source
    side: Side
    line: int
    end_line: int
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Hit:
    """A place that a rule or check names, after its guards."""

    rule: str
    source: Source
    side: Side
    line: int
    end_line: int
    text: str
    message: str
    severity: Severity | None = None
    """None for the severity of the rule's page."""
    lowered: bool = True
    confidence: Confidence | None = None
    """None for the confidence of the rule's page."""


class Tree(Protocol):
    """One side of a change as a whole: regular files by path, read when asked for, never raising."""

    def has(self, path: str) -> bool:
        """Tell whether a regular file stands at a path."""

    def paths(self) -> Iterable[str]:
        """Every regular file, in byte order, up to a limit."""

    def read_many(self, paths: Iterable[str]) -> Mapping[str, bytes]:
        """Read files at once; absent are those that are not there or too large."""

    def naming(self, text: str, *, word: bool) -> tuple[str, ...]:
        """Paths of the files that hold a text, in byte order."""


NAMING_CAP = 50
"""Files that `files_naming` gives at most."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Context:
    """What a check may look at: every changed file, both sides, and the two trees around them.

    Without trees (`whole` is False) the questions about them are answered from the changed files.
    """

    sources: tuple[Source, ...]
    tree_has: Callable[[str], bool] | None = None
    """Tells whether a path is in the new tree; None where nobody can tell."""
    old_tree: Tree | None = None
    new_tree: Tree | None = None
    tally: Tally = field(default_factory=Tally)
    """Where a check says what it left out, and by which guard."""
    memo: dict[str, Hosts] = field(default_factory=dict, compare=False, repr=False)

    @property
    def hosts(self) -> Hosts:
        """Tells what became of a construct of the old side, in whatever file and under whatever name."""
        return self.memo.setdefault("hosts", Hosts(self.sources))

    @property
    def whole(self) -> bool:
        """Whether the new tree can be asked: only then does "nowhere" mean nowhere."""
        return self.new_tree is not None

    def read_new(self, path: str) -> bytes | None:
        """A file of the new tree; None where it is not there or larger than 1 MB."""
        return self.read_many_new([path]).get(path)

    def read_old(self, path: str) -> bytes | None:
        """A file of the old tree; None where it is not there or larger than 1 MB."""
        if self.old_tree is not None:
            return self.old_tree.read_many([path]).get(path)
        return self._changed(Side.OLD).get(path)

    def read_many_new(self, paths: Iterable[str]) -> Mapping[str, bytes]:
        """Several files of the new tree in one go, which costs as much as one."""
        if self.new_tree is not None:
            return self.new_tree.read_many(paths)
        changed = self._changed(Side.NEW)
        return {path: changed[path] for path in paths if path in changed}

    def paths_new(self) -> Iterator[str]:
        """Every regular file of the new tree, in byte order."""
        return iter(self.new_tree.paths() if self.new_tree is not None else sorted(self._changed(Side.NEW)))

    def files_naming(self, text: str, *, word: bool = True, cap: int = NAMING_CAP) -> tuple[str, ...]:
        """Paths of the new tree whose content holds a text (one line, case matters), at most `cap`.

        With `word` the text must not continue an identifier: `user` is not in `username`.
        """
        if not text or "\n" in text or "\0" in text:
            return ()
        if self.new_tree is not None:
            return self.new_tree.naming(text, word=word)[:cap]
        return naming(self._changed(Side.NEW), text, word=word)[:cap]

    def _changed(self, side: Side) -> dict[str, bytes]:
        present = [source for source in self.sources if (source.has_new if side is Side.NEW else source.has_old)]
        return {source.path: "\n".join(source.lines(side)).encode() for source in present}


class Same:
    """A context as a key: equal to itself only, so that what was computed for it can be kept."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.context is self.context

    def __hash__(self) -> int:
        return id(self.context)


def naming(files: Mapping[str, bytes], text: str, *, word: bool) -> tuple[str, ...]:
    """The paths of files in memory that hold a text."""
    edge = rb"\b" if word else b""
    wanted = re.escape(text.encode("utf-8", "surrogateescape"))
    before = edge if text[:1].isalnum() or text[:1] == "_" else b""
    after = edge if text[-1:].isalnum() or text[-1:] == "_" else b""
    pattern = re.compile(before + wanted + after)
    return tuple(path for path in sorted(files) if pattern.search(files[path]))


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """A question that needs several files or both sides."""

    page: Page
    run: Callable[[Context], Iterator[Hit]]
