"""Evidence in git that AI had a hand in a change, and how sure it makes us.

To add a signal: write `provenance/<name>.py` whose docstring is its page and which declares SIGNAL, name it in
SIGNALS, give it a sample in `tests/provenance/` and a row in `docs/provenance.md`. A signal knows no other
signal; what they share stands in `patterns.py`.

No evidence never means that a person wrote it, and no evidence ever loosens a rule: text in commits can be
forged and stripped.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from reviewconsole import lazy_re as re
from reviewconsole.change import Change, Commit, Evidence, Oid
from reviewconsole.evidence import Provenance, ProvenanceClass, SignalHit
from reviewconsole.provenance import (
    agent_files,
    agent_logs,
    agent_trace,
    ai_trailer,
    aider_author,
    aider_committer,
    aider_subject,
    amp_thread,
    assisted_by,
    assisted_phrase,
    author_email,
    automation_email,
    branch_prefix,
    claude_session,
    co_author_email,
    co_author_name,
    committer_email,
    copilot_session,
    entire,
    generated_by,
    generated_with,
    git_ai_note,
    lovable,
    made_with,
    replit,
    reviewer_email,
    srctrace,
    whogitit,
)
from reviewconsole.provenance.patterns import Agent, Patterns, Signal, co_authors

SIGNALS: tuple[Signal, ...] = (
    co_author_email.SIGNAL,
    assisted_by.SIGNAL,
    generated_by.SIGNAL,
    made_with.SIGNAL,
    ai_trailer.SIGNAL,
    generated_with.SIGNAL,
    assisted_phrase.SIGNAL,
    git_ai_note.SIGNAL,
    agent_trace.SIGNAL,
    author_email.SIGNAL,
    committer_email.SIGNAL,
    aider_author.SIGNAL,
    claude_session.SIGNAL,
    copilot_session.SIGNAL,
    agent_logs.SIGNAL,
    amp_thread.SIGNAL,
    entire.SIGNAL,
    replit.SIGNAL,
    lovable.SIGNAL,
    reviewer_email.SIGNAL,
    branch_prefix.SIGNAL,
    aider_subject.SIGNAL,
    aider_committer.SIGNAL,
    co_author_name.SIGNAL,
    agent_files.SIGNAL,
    automation_email.SIGNAL,
    whogitit.SIGNAL,
    srctrace.SIGNAL,
)

NOTES_REFS: tuple[str, ...] = tuple(sorted({ref for signal in SIGNALS for ref in signal.notes_refs}))
"""Every notes ref that a signal wants read."""

_WROTE = (ProvenanceClass.DECLARED, ProvenanceClass.STRONG)
_LINE_LEVEL = frozenset(signal.name for signal in SIGNALS if signal.notes_refs)
_ADDRESS = re.compile(r"<([^<>]*)>")
_SQUASHED_SUBJECT = "\n\n* "
_SEVERAL = 2


def assess(evidence: Evidence, patterns: Patterns) -> Provenance:
    """Judge a change by the strongest of its signals.

    Tools, operators and flags are sorted. A note that cannot be read is listed with class `none`.
    """
    hits = _hits(evidence, patterns)
    found = [signal.attested(evidence) for signal in SIGNALS if signal.attested is not None]
    attested = [item for item in found if item is not None]
    people = [person for item in attested for person in item.people]
    return Provenance(
        provenance=_stronger(hit.provenance for hit in hits),
        flags=tuple(sorted({flag for hit in hits for flag in hit.flags})),
        tools=tuple(sorted({hit.tool for hit in hits if hit.tool and hit.provenance is not ProvenanceClass.NONE})),
        operators=_operators(evidence.change.commits, hits, people, patterns),
        signals=hits,
        # Two standards may attest the same lines, so their counts are not added.
        ai_lines=max((item.lines for item in attested), default=None),
    )


def commit_signals(
    commit: Commit, patterns: Patterns, notes: Mapping[str, Mapping[Oid, bytes]] | None = None
) -> tuple[SignalHit, ...]:
    """Give the signals of one commit alone, without its ref and paths."""
    return _hits(Evidence(change=_without_place((commit,)), notes=notes or {}), patterns)


def classes(
    evidences: Sequence[Evidence], notes: Mapping[str, Mapping[Oid, bytes]], patterns: Patterns
) -> list[ProvenanceClass]:
    """Give the class that `assess` finds for each of many changes, in their order; `notes` are those on all commits.

    A commit is looked at once, however many changes hold it, and by each signal in one go.
    """
    commits = {commit.oid: commit for evidence in evidences for commit in evidence.change.commits}
    together = Evidence(change=_without_place(tuple(commits.values())), notes=notes) if commits else None
    strongest: dict[Oid | None, ProvenanceClass] = {}
    for signal in SIGNALS:
        for hit in signal.assess(together, patterns) if together else ():
            strongest[hit.commit] = _stronger([hit.provenance, *filter(None, [strongest.get(hit.commit)])])
    wider = [signal for signal in SIGNALS if signal.wider]
    return [
        _stronger(
            [
                *(strongest[commit.oid] for commit in evidence.change.commits if commit.oid in strongest),
                *(hit.provenance for signal in wider for hit in signal.assess(evidence, patterns)),
            ]
        )
        for evidence in evidences
    ]


def _stronger(found: Iterable[ProvenanceClass]) -> ProvenanceClass:
    return max(found, key=lambda item: item.rank, default=ProvenanceClass.NONE)


def _without_place(commits: tuple[Commit, ...]) -> Change:
    return Change(
        ref="",
        target="",
        base=None,
        head=commits[0].oid,
        base_tree=commits[0].tree,
        head_tree=commits[0].tree,
        merge_bases=(),
        commits=commits,
    )


def _hits(evidence: Evidence, patterns: Patterns) -> tuple[SignalHit, ...]:
    hits = dict.fromkeys(hit for signal in SIGNALS for hit in signal.assess(evidence, patterns))
    stated = {hit.commit for hit in hits if _states_for_whole_commit(hit)}
    mixed = {commit.oid for commit in evidence.change.commits if commit.oid in stated and _of_several(commit, patterns)}
    return tuple(
        replace(hit, flags=hit.flags | {"mixed"}) if hit.commit in mixed and _states_for_whole_commit(hit) else hit
        for hit in hits
    )


def _states_for_whole_commit(hit: SignalHit) -> bool:
    """Line-level notes know which lines they mean; a line in a message does not."""
    return hit.provenance is ProvenanceClass.DECLARED and hit.signal not in _LINE_LEVEL


def _of_several(commit: Commit, patterns: Patterns) -> bool:
    """Tell a squash of several commits, by the list of their subjects or by several authors."""
    if commit.message.replace("\r\n", "\n").count(_SQUASHED_SUBJECT) >= _SEVERAL:
        return True
    named = [commit.author.email, *(co_author.email for co_author in co_authors(commit.message))]
    return len(set(_people(named, patterns))) >= _SEVERAL


def _people(emails: Iterable[str], patterns: Patterns) -> list[str]:
    """Lower-case the addresses and leave out those of agents, reviewers and automation."""
    plain = (email.strip().lower() for email in emails)
    return [email for email in plain if email and patterns.agent(email) is None]


def _operators(
    commits: tuple[Commit, ...],
    hits: tuple[SignalHit, ...],
    attested: list[tuple[Oid, str]],
    patterns: Patterns,
) -> tuple[str, ...]:
    """The people who drove an agent: author, co-authors and committer of its commits, and whom notes name."""
    driven = {hit.commit for hit in hits if hit.provenance in _WROTE and "touched" not in hit.flags}
    emails: list[str] = []
    by_name: dict[str, str] = {}
    for commit in commits:
        for person in (commit.author, commit.committer):
            by_name.setdefault(person.name.strip().casefold(), person.email)
        if commit.oid in driven:
            emails += (commit.author.email, commit.committer.email)
            emails += (co_author.email for co_author in co_authors(commit.message))
    for _, stated in attested:
        address = _ADDRESS.search(stated)
        # Some notes give a bare name, which a commit of the change may resolve.
        emails.append(address[1] if address else by_name.get(stated.strip().casefold(), ""))
    return tuple(sorted(set(_people(emails, patterns))))


__all__ = ["NOTES_REFS", "SIGNALS", "Agent", "Patterns", "Signal", "assess", "classes", "commit_signals"]
