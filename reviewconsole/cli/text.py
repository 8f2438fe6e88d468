"""Plain text for people: the queue, the annotated diff, verdicts, the log.

Everything from a repository passes `safe_text`. Colour only on a terminal, never with NO_COLOR.
"""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TextIO

from reviewconsole.casefile import (
    UNKNOWN,
    OpenedChange,
    QueueEntry,
    RecordRow,
    Rereview,
    StatementRow,
    quorum_words,
    urgency,
)
from reviewconsole.change import short_ref
from reviewconsole.decision import Verdict
from reviewconsole.diff import FileDiff, Hunk
from reviewconsole.display import counted, safe_text
from reviewconsole.finding import Finding, Page, Side
from reviewconsole.verify import RangeVerdict

if TYPE_CHECKING:
    from reviewconsole.review.mine import Mine
    from reviewconsole.review.repositories import Listed

_COLOURS = {"red": "31", "green": "32", "yellow": "33", "cyan": "36", "bold": "1", "dim": "2"}
_LEVELS = {"critical": "red", "high": "red", "medium": "yellow", "low": "dim", "none": "dim", UNKNOWN: "red"}
GLYPHS = {"critical": "▲▲", "high": "▲ ", "medium": "△ ", "low": "· ", "none": "  ", UNKNOWN: "? "}
_VERDICTS = {Verdict.SATISFIED: ("✓", "green"), Verdict.VIOLATED: ("✗", "red"), Verdict.UNDECIDABLE: ("?", "yellow")}


class Painter:
    """Paints words, or leaves them as they are."""

    def __init__(self, stream: TextIO, environ: Mapping[str, str]) -> None:
        self._on = stream.isatty() and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"

    def __call__(self, text: str, colour: str) -> str:
        """Give `text` in a colour of the table above."""
        return f"\x1b[{_COLOURS[colour]}m{text}\x1b[0m" if self._on and colour else text


def age(seconds: int, now: int) -> str:
    """How long ago, in one unit: 5m, 3h, 12d, 8w."""
    gone = max(now - seconds, 0)
    for size, unit in ((604800 * 2, "w"), (86400, "d"), (3600, "h"), (60, "m")):
        if gone >= size:
            return f"{gone // (604800 if unit == 'w' else size)}{unit}"
    return f"{gone}s"


def queues(found: "Sequence[Listed]", paint: Painter) -> Iterator[str]:
    """What waits in several repositories, worst first; then what is odd about each."""
    rows = [(each, entry) for each in found for entry in each.entries]
    if not rows:
        yield "nothing waits for a decision"
    wide = max((len(safe_text(each.name)) for each, _ in rows), default=0)
    now = int(time.time())
    for each, entry in sorted(rows, key=lambda row: urgency(row[1])):
        change = entry.change
        yield (
            f"{_risk(entry, paint)}  {_standing(entry):<8}  {safe_text(each.name):<{wide}}  {change.id}  "
            f"{age(change.updated, now):>4}  {safe_text(short_ref(change.ref))}  {safe_text(change.title)}"
        )
    for each in found:
        for said in (each.fault, *each.notices):
            if said:
                yield paint(f"! {safe_text(str(each.path))}: {safe_text(said)}", "red" if each.fault else "yellow")


def _risk(entry: QueueEntry, paint: Painter) -> str:
    """Glyph, level and score; what nobody could look at says so in their place."""
    level = entry.risk.level
    words = f"{level:<8} {entry.risk.score:>4}{'?' if entry.risk.unsure else ''}"
    if level == UNKNOWN:
        words = f"{'unreadable' if entry.unreadable else 'unscanned':<13}"
    return paint(f"{GLYPHS[level]} {words}", _LEVELS[level])


def _size(entry: QueueEntry) -> str:
    if entry.unreadable:
        return f"{'? files':>9} +? -?"
    return f"{counted(entry.files, 'file'):>9} +{entry.added} -{entry.removed}"


def _standing(entry: QueueEntry) -> str:
    return "unclear" if entry.unclear else entry.state


def mine(found: "Sequence[Mine]", paint: Painter) -> Iterator[str]:
    """One's own changes that cannot land yet, with what was said against them."""
    if not found:
        yield "nothing of yours was rejected or waits"
    for each in found:
        opened = each.opened
        yield (
            f"{opened.state:<8}  {opened.change.id}  {safe_text(short_ref(opened.change.ref))}  "
            f"{safe_text(opened.change.title)}"
        )
        for rejection in each.rejections:
            lines = rejection.record.reason.split("\n")
            yield paint(f"    rejected by {safe_text(rejection.record.principal)}: {safe_text(lines[0])}", "red")
            yield from (f"      {safe_text(line)}" for line in lines[1:])
        for item in opened.requirements:
            if item.verdict is not Verdict.SATISFIED and not item.is_reject:
                yield f"    {safe_text(item.why)}"
                if item.quorum is not None and item.quorum.may:
                    yield f"      {safe_text(quorum_words(item.quorum))}"
        for finding in opened.findings:
            if not finding.suppressed:
                place = f"{safe_text(finding.location.path)}:{finding.location.line}"
                yield f"    {finding.severity.value:<8} {place}  {safe_text(finding.message)}"


def queue(entries: Sequence[QueueEntry], notices: Iterable[str], paint: Painter) -> Iterator[str]:
    """One row a change, worst first, with the reasons for its place."""
    for notice in notices:
        yield paint(f"! {safe_text(notice)}", "yellow")
    if not entries:
        yield "nothing waits for a decision"
    else:
        yield paint(
            "   risk    score  state     change id      age  agent             files and lines  ref, title, reasons",
            "dim",
        )
    now = int(time.time())
    for entry in entries:
        change = entry.change
        tools = ",".join(entry.provenance.tools) or entry.provenance.provenance.value
        yield (
            f"{_risk(entry, paint)}  {_standing(entry):<8}  {change.id}  {age(change.updated, now):>4}  "
            f"{safe_text(tools):<12}  {_size(entry)}  {safe_text(short_ref(change.ref))}"
        )
        yield f"    {safe_text(change.title)}"
        if entry.below:
            part = "its own part alone, " if entry.change.below else ""
            yield paint(f"    ↳ {part}on {safe_text(short_ref(entry.below))}", "cyan")
        if entry.emergency:
            yield paint(f"    ! {safe_text(entry.emergency)}", "red")
        for claim in entry.claims:
            who = "you are" if claim.own else f"{safe_text(claim.principal)} is"
            yield paint(f"    ⚑ {who} on it until {claim.until}", "cyan")
        if entry.quorum is not None:
            yield paint(f"    ◐ {safe_text(quorum_words(entry.quorum, entry.own))}", "cyan")
        for doubt in entry.doubts[:2]:
            yield paint(f"    ? {safe_text(doubt)}", "red")
        for reason in entry.risk.reasons[:3]:
            yield paint(f"      {safe_text(reason)}", "dim")


def _finding(finding: Finding, paint: Painter) -> Iterator[str]:
    mark = "~" if finding.suppressed else "!"
    head = f"  {mark} {finding.id} {finding.severity.value} {finding.family.value} [{finding.rule}]"
    yield paint(f"{head} {safe_text(finding.message)}", _LEVELS[finding.severity.value])
    if finding.suppressed:
        yield f"      suppressed in the code: {safe_text(finding.suppressed)}"


def _touches(finding: Finding, hunk: Hunk) -> bool:
    start, count = (
        (hunk.old_start, hunk.old_lines) if finding.location.side is Side.OLD else (hunk.new_start, hunk.new_lines)
    )
    return start <= finding.location.line < start + max(count, 1)


def _file(file: FileDiff, findings: Sequence[Finding], paint: Painter) -> Iterator[str]:
    entry = file.entry
    mode = f" mode {entry.old_mode} -> {entry.new_mode}" if entry.old_mode != entry.new_mode else ""
    kind = " binary" if file.binary else " submodule" if entry.submodule else ""
    yield ""
    yield paint(f"{entry.status} {safe_text(file.path)}{kind}{mode}  +{file.added} -{file.removed}", "bold")
    if file.similar_to:
        yield f"  same content as the deleted {safe_text(file.similar_to)}"
    if not file.hunks:
        yield f"  {entry.old_oid or 'nothing'} -> {entry.new_oid or 'nothing'}"
    shown: set[str] = set()
    for hunk in file.hunks:
        header = f"@@ -{hunk.old_start},{hunk.old_lines} +{hunk.new_start},{hunk.new_lines} @@"
        yield paint(f"{header} {safe_text(hunk.section)}".rstrip(), "cyan")
        for finding in findings:
            if _touches(finding, hunk) and finding.id not in shown:
                shown.add(finding.id)
                yield from _finding(finding, paint)
        for line in hunk.lines:
            text = f"{line.kind}{safe_text(line.text, tab=8)}"
            yield paint(text, {"+": "green", "-": "red"}.get(line.kind, ""))
            if not line.eol:
                yield "\\ No newline at end of file"
    for finding in findings:
        if finding.id not in shown:
            yield from _finding(finding, paint)


def statement(row: StatementRow) -> str:
    """One line about a waiver or task boundary."""
    until = f" until {row.expires}" if row.expires else ""
    standing = "counts" if row.in_force else "does not count"
    return f"{row.kind:<10} {row.about} by {row.principal}{until} {standing}: {safe_text(row.why)}"


def delta(since: Rereview, paint: Painter) -> Iterator[str]:
    """Only what changed since an earlier decision."""
    yield paint(safe_text(since.words), "bold")
    if not since.files:
        yield "nothing changed since"
    for file in since.files:
        yield from _file(file, [], paint)


def inspect(opened: OpenedChange, paint: Painter, since: Rereview | None = None) -> Iterator[str]:
    """The whole annotated diff, so that a review is possible without a console."""
    change = opened.change
    yield paint(safe_text(change.title), "bold")
    yield f"change     {change.id}  {safe_text(change.ref)} into {safe_text(change.target)}"
    commits = counted(len(change.commits), "commit")
    yield f"range      {(change.base or 'empty tree')[:12]}..{change.head[:12]}  {commits}"
    yield f"digest     {opened.digest or 'unreadable'}"
    yield f"risk       {opened.risk.level} ({opened.risk.score})"
    for reason in opened.risk.reasons:
        yield f"           {safe_text(reason)}"
    origin = opened.provenance
    yield f"provenance {origin.provenance.value}  {' '.join(map(safe_text, (*origin.tools, *origin.flags)))}".rstrip()
    for hit in origin.signals:
        yield f"           {hit.signal} {(hit.commit or '')[:12]} {safe_text(hit.evidence)}"
    if origin.operators:
        yield f"operators  {', '.join(map(safe_text, origin.operators))}"
    for result in opened.boundary:
        yield f"boundary   {result.id}: {result.verdict}  {safe_text(result.why)}"
    for row in opened.statements:
        yield statement(row)
    for note in opened.notes:
        yield paint(f"note       {safe_text(note)}", "yellow")
    if opened.suppressed:
        yield paint(
            f"suppressed {counted(opened.suppressed, 'finding')}, by marks in the code; shown below with a ~", "yellow"
        )
    if opened.dropped:
        counts = ", ".join(f"{count} {guard}" for guard, count in opened.dropped.items())
        yield f"left out   {counts}; --json names them"
    if since is not None:
        yield paint(
            f"delta      {safe_text(since.words)}: {counted(len(since.files), 'file')} changed since (--delta)",
            "yellow",
        )
    for item in opened.requirements:
        glyph, colour = _VERDICTS[item.verdict]
        yield paint(f"{glyph} {safe_text(item.why)}", colour)
    glyph, colour = _VERDICTS[opened.verdict]
    yield paint(f"{glyph} {opened.verdict.value}", colour)
    placed = {file.path for file in opened.files}
    for finding in opened.findings:
        if finding.location.path not in placed:
            yield from _finding(finding, paint)
    for file in opened.files:
        yield from _file(file, [f for f in opened.findings if f.location.path == file.path], paint)


def verify(result: RangeVerdict, paint: Painter, *, everything: bool) -> Iterator[str]:
    """The verdict, change by change."""
    for item in result.changes:
        report = item.report
        quiet = not everything and len(result.changes) > 1 and not report.emergency
        if report.verdict is Verdict.SATISFIED and quiet:
            continue
        glyph, colour = _VERDICTS[report.verdict]
        yield paint(
            f"{glyph} {report.verdict.value:<11} {item.change.head[:12]} {safe_text(item.change.title)}", colour
        )
        for why in report.why:
            yield paint(f"    {safe_text(why)}", "red" if report.emergency else "")
        for judged in report.records:
            att = judged.record.attestation
            standing = "counts" if judged.valid and judged.live else "does not count"
            carried = f", carried as {judged.carried}" if judged.carried else ""
            reason = "" if judged.valid and judged.live else f": {safe_text(judged.why)}"
            yield f"    {att.decision.value} by {att.principal} {standing}{reason}{carried}"
            yield from (f"      {safe_text(note)}" for note in judged.notes)
        yield from (f"    {statement(said.row)}" for said in report.statements)
    for problem in result.problems:
        yield paint(f"! {safe_text(problem)}", "yellow")
    if result.why:
        yield result.why
    counts = {verdict: sum(item.report.verdict is verdict for item in result.changes) for verdict in Verdict}
    glyph, colour = _VERDICTS[result.verdict]
    summary = ", ".join(f"{count} {verdict.value}" for verdict, count in counts.items())
    yield paint(f"{glyph} {result.verdict.value}: {summary}, target {safe_text(result.target)}", colour)


def log(rows: Sequence[RecordRow], problems: Sequence[str], paint: Painter) -> Iterator[str]:
    """Records newest first, then what does not verify."""
    for row in rows:
        glyph, colour = ("✓", "green") if row.valid else ("✗", "red")
        yield paint(f"{glyph} {row.decided_at}  {row.decision:<8} {row.principal:<12} {row.head[:12]}", colour)
        if row.title:
            yield f"    {safe_text(row.title)}"
        yield f"    {safe_text(' '.join(row.reason.split()))}"
        yield f"    {row.id}  {safe_text(row.why)}"
    for problem in problems:
        yield paint(f"! {safe_text(problem)}", "yellow")
    yield f"{counted(len(rows), 'record')}, {len(problems)} that do not verify"


def page(found: Page) -> Iterator[str]:
    """The page of a rule."""
    yield f"{found.rule}  ({found.family.value}, {found.severity.value}, confidence {found.confidence.value})"
    yield found.title
    yield f"reads: {', '.join(found.languages)}"
    for heading, body in (
        ("What", found.what),
        ("Why", found.why),
        ("Example", found.example),
        ("Do instead", found.instead),
        ("References", "\n".join(found.references)),
    ):
        yield ""
        yield heading
        yield from (f"  {line}" for line in body.strip().split("\n"))
