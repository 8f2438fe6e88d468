"""What git says about who had a hand in a change: provenance and participants, as values."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from reviewconsole import lazy_re as re
from reviewconsole.change import Commit, Oid


class ProvenanceClass(StrEnum):
    """How sure the evidence makes us that AI wrote part of a change, strongest first.

    `none` means that no evidence was found; it never means that a person wrote it.
    """

    DECLARED = "declared"
    STRONG = "strong"
    HEURISTIC = "heuristic"
    SUGGESTION = "suggestion"
    AUTOMATION = "automation"
    NONE = "none"

    @property
    def rank(self) -> int:
        """5 for declared down to 0 for none."""
        return _RANKS[self]


_RANKS = {kind: 5 - place for place, kind in enumerate(ProvenanceClass)}
AI_CLASSES = tuple(kind.value for kind in ProvenanceClass if kind.rank >= ProvenanceClass.SUGGESTION.rank)
"""Classes that say that AI had a hand in a change."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SignalHit:
    """One piece of evidence on one commit (or on the ref, when `commit` is None)."""

    signal: str
    provenance: ProvenanceClass
    tool: str
    """Lower-case tool name, empty when the evidence names none."""
    commit: Oid | None
    evidence: str
    """The line, address or name that matched."""
    flags: frozenset[str] = frozenset()
    """`contested`, `mixed`, `touched`, `autonomous`, `supervised`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Provenance:
    """The verdict over all signals of a change."""

    provenance: ProvenanceClass
    flags: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    operators: tuple[str, ...] = ()
    """E-mail addresses of the people who drove an agent, lower-cased, sorted."""
    signals: tuple[SignalHit, ...] = ()
    ai_lines: int | None = None
    """Lines attested as AI-written by line-level notes; None without such notes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Participant:
    """An e-mail that took part in a change, and how."""

    email: str
    """Lower-cased."""
    roles: tuple[str, ...]
    """Sorted subset of author, committer, co-author, operator."""


_CO_AUTHOR = re.compile(r"^co-?authored-by:[^<\n]*<([^<>\n]*)>", re.IGNORECASE | re.MULTILINE)


def participants(commits: Iterable[Commit], operators: Iterable[str] = ()) -> tuple[Participant, ...]:
    """List who authored, committed, co-authored or operated a tool, by e-mail, sorted.

    Every line of the raw message is read, since git's own trailer parser sees only the last block.
    """
    roles: dict[str, set[str]] = {}
    for commit in commits:
        roles.setdefault(commit.author.email.strip().lower(), set()).add("author")
        roles.setdefault(commit.committer.email.strip().lower(), set()).add("committer")
        for match in _CO_AUTHOR.finditer(commit.message):
            roles.setdefault(match[1].strip().lower(), set()).add("co-author")
    for operator in operators:
        roles.setdefault(operator.strip().lower(), set()).add("operator")
    return tuple(Participant(email=email, roles=tuple(sorted(names))) for email, names in sorted(roles.items()))
