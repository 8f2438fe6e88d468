"""What the queue says beside its rows: why a change stands here, why there is none, what was decided."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from reviewconsole.casefile import DECIDED, Claimed, QueueEntry, RecordRow, quorum_words
from reviewconsole.change import short_ref
from reviewconsole.display import counted
from reviewconsole.tui.paint import SEVERITY_GLYPHS, VERDICT_GLYPHS, VERDICT_INKS, Piece
from reviewconsole.tui.screens.pages import Line, paragraphs, provenance_lines
from reviewconsole.tui.service import ReviewService

if TYPE_CHECKING:
    from reviewconsole.decision import Verdict

_REASONS = 3


def entry_page(entry: QueueEntry) -> Content:
    """What the queue says about a change beside its row: why it stands here, and what was found."""
    change = entry.change
    authors = ", ".join(dict.fromkeys(commit.author.name for commit in change.commits))
    lines: list[Line] = [
        [(change.title, "text bold")],
        [(f"{short_ref(change.ref)} → {short_ref(change.target)}  ", "accent"), (f"head {change.head[:12]}", "muted")],
        *([claim_words(claim)] for claim in entry.claims),
        *(
            [[("└ on ", "muted"), (short_ref(entry.below), "accent"), (_stacked(entry), "muted")]]
            if entry.below
            else []
        ),
        *([[("in ", "muted"), (entry.repository, "accent")]] if entry.repository else []),
        [(f"{counted(len(change.commits), 'commit')} by {authors}", "muted")],
        *_required(entry),
        *([] if entry.unreadable else _reasons(entry)),
        [""],
        [
            ("Found", "accent bold"),
            ("  ? not looked at", "bad") if entry.unreadable else (f"  {_found(entry)}", "muted"),
        ],
        *(
            [[(f"  ? there may be more: {entry.risk.unsure}", "bad")]]
            if entry.risk.unsure and not entry.unreadable
            else []
        ),
    ]
    for finding in entry.top:
        severity = finding.severity.value
        lines.append([(f"  {SEVERITY_GLYPHS[severity]} {severity:<8} ", severity), finding.message])
        lines.append([(f"             {finding.location.path}:{finding.location.line}", "muted")])
    lines += [[""], [("Provenance", "accent bold")], *provenance_lines(entry.provenance)]
    lines += [[(f"note: {note}", "warn")] for note in entry.notes]
    return paragraphs(lines)


def _reasons(entry: QueueEntry) -> list[Line]:
    """What its place in the queue is made of."""
    left = len(entry.risk.reasons) - _REASONS
    return [
        [""],
        [("Why it stands here", "accent bold")],
        *([f"  {reason}"] for reason in entry.risk.reasons[:_REASONS]),
        *([[(f"  and {left} more", "muted")]] if left > 0 else []),
    ]


def _found(entry: QueueEntry) -> str:
    return ", ".join(f"{count} {family.value}" for family, count in entry.counts.items() if count) or "nothing"


def _required(entry: QueueEntry) -> list[Line]:
    """What stands between a change and its target: what nobody can tell first, then what is missing."""
    if entry.state == DECIDED:
        return [[""], [("◌ You decided on it a moment ago; it is being read again", "accent")]]
    lines: list[Line] = []
    if entry.unreadable:
        lines += [[""], [("? Its content cannot be read, so nothing about it is known", "bad bold")]]
    if entry.doubts or entry.unmet:
        lines += [[""], [("Still required", "accent bold")]]
    said = {item.why for item in entry.unmet}
    lines += [[("  ? ", "bad"), (doubt, "text")] for doubt in entry.doubts if doubt not in said]
    asked: dict[tuple[Verdict, str], list[str]] = {}
    for item in entry.unmet:
        if item.quorum is None:
            asked[item.verdict, item.why] = []
            continue
        _, _, lacking = item.why.partition("; ")
        words = f"{quorum_words(item.quorum, entry.own)}{f' · {lacking}' if lacking else ''}"
        asked.setdefault((item.verdict, words), []).append(item.id.removeprefix("rule/"))
    for (verdict, words), rules in asked.items():
        glyph, ink = VERDICT_GLYPHS[verdict.value], VERDICT_INKS[verdict.value]
        lines.append([(f"  {glyph} ", ink), (f"{', '.join(rules)}: {words}" if rules else words, "text")])
    return lines


def _stacked(entry: QueueEntry) -> str:
    if entry.change.below:
        return ": its own part; a decision counts once that has landed"
    return ": shown whole; S shows only what is its own"


def claim_words(claim: Claimed) -> Piece:
    """Who says to be on a change, and how long."""
    who = "you are" if claim.own else f"{claim.principal} is"
    return f"⚑ {who} on it until {claim.until[11:16]} UTC", "accent bold"


def fault_page(fault: str) -> Content:
    """What is shown where the queue could not be read."""
    return paragraphs([[("the queue could not be read", "bad bold")], [(fault, "text")], [""],
                       [("ctrl+r reads it again; `reviewconsole doctor` checks the set-up", "muted")]])  # fmt: skip


def empty_page(known: int, text: str, service: ReviewService, *, everything: bool) -> Content:
    """Why no row is shown, and what to do about it."""
    lines: list[Line] = []
    if known and text:
        lines += [
            [("the filter hides all of them", "text bold")],
            [f"{counted(known, 'change is', 'changes are')} there, none fits ", (text, "accent")],
            [("esc drops the filter · v uses another view", "muted")],
        ]
    elif everything:
        lines += [
            [("no branch wants to enter ", "text bold"), (short_ref(service.target), "accent")],
            [("git fetch brings branches of others; ctrl+r reads again", "muted")],
        ]
    else:
        lines += [
            [("nothing waits for a decision", "text bold")],
            ["no open change into ", (short_ref(service.target), "accent"), " shows an AI's hand, or all are decided"],
            [
                (
                    "e shows decided changes and those without evidence · git fetch, then ctrl+r, for new ones",
                    "muted",
                )
            ],
        ]
    return paragraphs([*lines, *([(f"! {notice}", "warn")] for notice in service.notices)])


def log_page(records: Sequence[RecordRow]) -> Content:
    """Every record in three rows."""
    lines: list[Line] = []
    for record in records:
        glyph, ink = ("✓", "ok") if record.valid else ("✗", "bad")
        lines += [
            [(f"{glyph} ", ink), (record.decision, "text bold"), f" by {record.principal}",
             (f"  {record.decided_at}  head {record.head[:12]}", "muted")],
            *([[f"  {record.title}"]] if record.title else []),
            [(f"  {record.why}", "muted")],
            [f"  “{record.reason}”"],
        ]  # fmt: skip
    return paragraphs(lines or [[("no record yet", "muted")]])
