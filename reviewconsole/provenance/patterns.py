"""What all provenance signals share: the shape of a signal, known addresses, message lines, note claims.

Everything here is pure. Messages are read line by line from the raw text, since git's own trailer
parser sees only the last block; a line with leading white space is a quote and never counts.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import re2

from reviewconsole import lazy_re as re
from reviewconsole.change import Commit, Evidence, Oid
from reviewconsole.errors import FormatError, PolicyError
from reviewconsole.evidence import ProvenanceClass, SignalHit
from reviewconsole.mapping import Table

KINDS = ("agent", "reviewer", "automation")
"""Classes of an address, the weightiest first."""

FLAGS = ("autonomous", "contested", "mixed", "supervised", "touched")
"""Flags a hit may carry."""

_LONGEST_EVIDENCE = 200
_LONGEST_PATTERN = 1000
_REMEMBERED_ADDRESSES = 65536
_REMEMBERED_MESSAGES = 16384
_LONGEST_NOTE = 32 * 1024 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Agent:
    """Whose address it is."""

    tool: str
    kind: str
    """One of KINDS."""
    flags: frozenset[str] = frozenset()


class Patterns:
    """E-mail addresses of agents, AI reviewers and automation.

    Where several patterns match, the weightiest class decides, so that a file of one's own can add
    duty and never take it away; within a class the first pattern does. Expressions are compiled by a
    linear-time engine and match the whole lower-cased address.
    """

    def __init__(self, entries: Iterable[tuple[str, Agent]]) -> None:
        self.entries = tuple(sorted(entries, key=lambda entry: KINDS.index(entry[1].kind)))
        options = re2.Options()
        options.log_errors = False
        self._compiled = tuple((re2.compile(pattern, options), agent) for pattern, agent in self.entries)
        self._known: dict[str, Agent | None] = {}

    @classmethod
    def parse(cls, raw: Mapping[str, object]) -> "Patterns":
        """Read a mapping of the form of `agents.toml`; PolicyError names the place of a fault."""
        table = Table(raw, "", PolicyError)
        table.integer("version", 1, least=1)
        entries = []
        for item in table.tables("agent", missing=True):
            agent = Agent(
                tool=item.text("tool", pattern=r"[a-z0-9][a-z0-9._-]{0,39}"),
                kind=item.text("class", choices=KINDS),
                flags=frozenset(item.texts("flags", (), choices=FLAGS)),
            )
            for index, pattern in enumerate(item.texts("emails")):
                _check_pattern(pattern, f"{item.place}.emails[{index}]")
                entries.append((pattern, agent))
            item.end()
        table.end()
        return cls(entries)

    def merged(self, other: "Patterns") -> "Patterns":
        """Add the patterns of `other`, which come first within their class."""
        return Patterns((*other.entries, *self.entries))

    def agent(self, email: str) -> Agent | None:
        """Tell whose address it is; None for everyone else."""
        if email in self._known:
            return self._known[email]
        plain = email.strip().lower().encode("utf-8", "replace").decode("utf-8")
        found = next((agent for compiled, agent in self._compiled if compiled.fullmatch(plain)), None)
        if len(self._known) >= _REMEMBERED_ADDRESSES:
            self._known.clear()
        self._known[email] = found
        return found

    def of_kind(self, email: str, kind: str) -> Agent | None:
        """Like `agent`, for one class only."""
        found = self.agent(email)
        return found if found is not None and found.kind == kind else None


def _check_pattern(pattern: str, place: str) -> None:
    if not 0 < len(pattern) <= _LONGEST_PATTERN:
        raise PolicyError(f"must have 1 to {_LONGEST_PATTERN} characters", place=place)
    if re.search(r"(?<!\\)[A-Z]", pattern):
        raise PolicyError("has upper-case letters; addresses are lower-cased before they are matched", place=place)
    options = re2.Options()
    options.log_errors = False
    try:
        compiled = re2.compile(pattern, options)
    except (re2.error, UnicodeEncodeError) as error:
        raise PolicyError(f"is not an expression: {error}", place=place) from error
    if compiled.fullmatch("") or compiled.fullmatch("nobody@example.invalid"):
        raise PolicyError("matches every address", place=place)


@dataclass(frozen=True, kw_only=True, slots=True)
class Attested:
    """What line-level notes say over a whole change."""

    lines: int
    people: tuple[tuple[Oid, str], ...] = ()
    """Commit and the person who drove the agent, `Name <email>` or a bare name."""


Assess = Callable[[Evidence, Patterns], Iterator[SignalHit]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Signal:
    """One kind of evidence that AI had a hand in a change."""

    id: str
    """`D1`, `S4`, `H2` ...: D declared, S strong, R suggestion, H heuristic, A automation, P other tools' notes."""
    name: str
    """What JSON shows."""
    provenance: ProvenanceClass
    """The strongest class a hit of it can have."""
    assess: Assess
    docs: str
    """The page of the signal."""
    wider: bool = False
    """Whether it looks at the change's ref or paths too; all others see single commits and the notes on them."""
    notes_refs: tuple[str, ...] = ()
    attested: Callable[[Evidence], Attested | None] | None = None
    """For line-level notes: how many lines, and driven by whom; None without a readable note."""


def clip(text: str) -> str:
    """Shorten evidence to 200 characters."""
    return text if len(text) <= _LONGEST_EVIDENCE else text[: _LONGEST_EVIDENCE - 1] + "…"


# --- messages ---------------------------------------------------------------------------------

_CANDIDATE = re.compile(
    r"^(?:[a-z][a-z0-9]*-[\w-]*:|(?![\s>])[^\w\n]*(?:generated|made|created|assisted)[ ])[^\n]*",
    re.IGNORECASE | re.MULTILINE,
)
_CO_AUTHOR = re.compile(r"co-?authored-by:([^<\n]*)<([^<>\n]*)>", re.IGNORECASE)


@lru_cache(maxsize=_REMEMBERED_MESSAGES)
def statement_lines(message: str) -> tuple[str, ...]:
    """Give the lines that may state something: `Some-Key: value`, or a phrase such as `Generated with`."""
    return tuple(match[0].rstrip() for match in _CANDIDATE.finditer(message))


@dataclass(frozen=True, kw_only=True, slots=True)
class CoAuthor:
    """One `Co-authored-by` line."""

    name: str
    email: str
    line: str


@lru_cache(maxsize=_REMEMBERED_MESSAGES)
def co_authors(message: str) -> tuple[CoAuthor, ...]:
    """List the co-authors a message names, wherever the lines stand."""
    matches = ((line, _CO_AUTHOR.match(line)) for line in statement_lines(message))
    return tuple(CoAuthor(name=m[1].strip(), email=m[2].strip(), line=line) for line, m in matches if m)


def marker(*, id: str, name: str, provenance: ProvenanceClass, line: str, tool: str, docs: str | None) -> Signal:
    """Build a signal that one fixed kind of line gives; `line` is matched without regard to case."""
    compiled = re.compile(line, re.IGNORECASE)

    def assess(evidence: Evidence, _patterns: Patterns) -> Iterator[SignalHit]:
        for commit in evidence.change.commits:
            for text in statement_lines(commit.message):
                if compiled.match(text):
                    yield SignalHit(
                        signal=name, provenance=provenance, tool=tool, commit=commit.oid, evidence=clip(text)
                    )

    return Signal(id=id, name=name, provenance=provenance, assess=assess, docs=docs or "")


# --- the value of Assisted-by and Generated-by ------------------------------------------------

_TOOL_TOKEN = re.compile(
    r"(?<![a-z])(?:(claude|opus|sonnet|copilot|codex|(?:chat)?gpt|cursor|gemini|antigravity|crush|opencode|droid|goose"
    r"|cline|jules|junie|kiro|amazon q|qwen|kimi|glm|minimax|deepseek|grok|mistral)(?:[ -]?(?:code|coder|cli))?"
    r"|ai|llms?)(?![a-z])",
    re.IGNORECASE,
)
_AGENT_AND_MODEL = re.compile(r"([\w.+-]+):[\w./:+@-]+")
_PERSON = re.compile(r"[^<]*<([^<>]*)>")
_MODEL = re.compile(r"\(model:", re.IGNORECASE)
_NOTHING = re.compile(r"(?:none|no|n/a)\b[\s.]*\Z", re.IGNORECASE)
_AUTONOMY = re.compile(r"[(,]\s*(autonomous|supervised)\s*(?=[,)])", re.IGNORECASE)
_TOOL_OF_TOKEN = {"opus": "claude", "sonnet": "claude", "chatgpt": "gpt", "amazon q": "amazon-q"}


def value_signal(*, id: str, name: str, line: str, docs: str | None) -> Signal:
    """Build a declared signal of one kind of line whose value must be an AI; `line` has the value as its group."""
    compiled = re.compile(line, re.IGNORECASE)

    def assess(evidence: Evidence, patterns: Patterns) -> Iterator[SignalHit]:
        for commit in evidence.change.commits:
            for text in statement_lines(commit.message):
                match = compiled.match(text)
                if match and is_ai_value(match[1], patterns):
                    yield SignalHit(
                        signal=name,
                        provenance=ProvenanceClass.DECLARED,
                        tool=tool_of_value(match[1], patterns),
                        commit=commit.oid,
                        evidence=clip(text),
                        flags=autonomy(match[1]),
                    )

    return Signal(id=id, name=name, provenance=ProvenanceClass.DECLARED, assess=assess, docs=docs or "")


def is_ai_value(value: str, patterns: Patterns) -> bool:
    """Tell an AI from a person in the value of `Assisted-by`, which is an old credit for people too."""
    value = value.strip()
    if _NOTHING.match(value):
        return False
    token = _TOOL_TOKEN.search(value) is not None
    person = _PERSON.match(value)
    if person is not None:
        return token or patterns.of_kind(person[1], "agent") is not None
    return token or _AGENT_AND_MODEL.match(value) is not None or _MODEL.search(value) is not None


def tool_of_value(value: str, patterns: Patterns) -> str:
    """Name the tool a value speaks of, in lower case; empty where it names none."""
    person = _PERSON.match(value)
    agent = patterns.of_kind(person[1], "agent") if person else None
    if agent is not None:
        return agent.tool
    token = _TOOL_TOKEN.search(value)
    if token is not None and token[1]:
        plain = token[1].lower()
        return _TOOL_OF_TOKEN.get(plain, plain)
    named = _AGENT_AND_MODEL.match(value)
    return tool_name(named[1]) if named and named[1].lower() not in {"http", "https"} else ""


def autonomy(value: str) -> frozenset[str]:
    """Give the flags `autonomous` or `supervised` that stand in the parentheses of a value."""
    return frozenset(match[1].lower() for match in _AUTONOMY.finditer(value))


def tool_name(raw: object) -> str:
    """Make a tool's name out of untrusted text: lower case, `[a-z0-9._-]`, at most 40 characters."""
    return re.sub(r"[^a-z0-9._-]+", "-", raw.lower()).strip("-")[:40] if isinstance(raw, str) else ""


# --- notes ------------------------------------------------------------------------------------

Range = tuple[int, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """What one note says of one tool; without ranges it says nothing."""

    tool: str
    ranges: Mapping[str, tuple[Range, ...]]
    """Path -> first and last line, 1-based, in the commit's own tree."""
    detail: str = ""
    people: tuple[str, ...] = ()
    provenance: ProvenanceClass = ProvenanceClass.DECLARED
    flags: frozenset[str] = frozenset()


def count_lines(claims: Iterable[Claim]) -> int:
    """Count the distinct lines of declared claims."""
    by_path: dict[str, list[Range]] = {}
    for claim in claims:
        if claim.provenance is ProvenanceClass.DECLARED:
            for path, ranges in claim.ranges.items():
                by_path.setdefault(path, []).extend(ranges)
    total = 0
    for found in by_path.values():
        reached = 0
        for first, last in sorted(found):
            total += max(0, last - max(first, reached + 1) + 1)
            reached = max(reached, last)
    return total


def read_json(raw: str | bytes) -> object:
    """Read untrusted JSON; FormatError for whatever does not parse."""
    if len(raw) > _LONGEST_NOTE:
        raise FormatError("the note is too large")
    try:
        parsed: object = json.loads(raw)
    except RecursionError as error:
        raise FormatError("the JSON is nested too deeply") from error
    except ValueError as error:
        raise FormatError(f"no JSON: {error}") from error
    return parsed


def as_list(raw: object) -> list[object]:
    """Give a list as it is, and an empty one for anything else."""
    return raw if isinstance(raw, list) else []


def as_map(raw: object) -> dict[str, object]:
    """Give a JSON object as it is, and an empty one for anything else."""
    return raw if isinstance(raw, dict) else {}


def line_range(first: object, last: object) -> Range | None:
    """Make a range of two untrusted numbers; None unless 1 <= first <= last < 2**31."""
    if type(first) is int and type(last) is int and 1 <= first <= last < 2**31:
        return (first, last)
    return None


def note_signal(
    *, id: str, name: str, ref: str, read: Callable[[Commit, bytes], tuple[Claim, ...]], docs: str | None
) -> Signal:
    """Build a signal from notes at `ref`. A note that `read` refuses is reported with class `none`."""

    def readings(evidence: Evidence) -> Iterator[tuple[Commit, tuple[Claim, ...], str]]:
        notes = evidence.notes.get(ref, {})
        for commit in evidence.change.commits if notes else ():
            if commit.oid in notes:
                try:
                    yield commit, read(commit, notes[commit.oid]), ""
                except FormatError as error:
                    yield commit, (), str(error)

    def assess(evidence: Evidence, _patterns: Patterns) -> Iterator[SignalHit]:
        for commit, claims, fault in readings(evidence):
            if fault:
                text = f"unreadable note at {ref}: {fault}"
                yield SignalHit(
                    signal=name,
                    provenance=ProvenanceClass.NONE,
                    tool="",
                    commit=commit.oid,
                    evidence=clip(text),
                )
            for claim in claims:
                if any(claim.ranges.values()):
                    lines = count_lines([Claim(tool="", ranges=claim.ranges)])
                    text = f"{lines} lines in {len(claim.ranges)} files {claim.detail}".rstrip()
                    yield SignalHit(
                        signal=name,
                        provenance=claim.provenance,
                        tool=claim.tool,
                        commit=commit.oid,
                        evidence=clip(text),
                        flags=claim.flags,
                    )

    def attested(evidence: Evidence) -> Attested | None:
        good = [(commit, claims) for commit, claims, fault in readings(evidence) if not fault]
        if not good:
            return None
        people = {(commit.oid, person) for commit, claims in good for claim in claims for person in claim.people}
        return Attested(lines=sum(count_lines(claims) for _, claims in good), people=tuple(sorted(people)))

    return Signal(
        id=id,
        name=name,
        provenance=ProvenanceClass.DECLARED,
        assess=assess,
        docs=docs or "",
        notes_refs=(ref,),
        attested=attested,
    )
