"""From a review in progress to a decision that can be signed, or what stands against it."""

from reviewconsole.canonical import printable
from reviewconsole.decision import Acknowledgement, DecisionKind, Draft
from reviewconsole.display import counted
from reviewconsole.errors import ReviewIncomplete
from reviewconsole.finding import Side
from reviewconsole.session import ReviewSession, worded


def draft(session: ReviewSession, kind: DecisionKind, reason: str) -> Draft:
    """Put the session into a decision that can be signed.

    Raises ReviewIncomplete when the ref moved and what changed has not been shown, while the change is
    being scanned, when the reason is empty or too long, and for an approval with a refused hunk. The
    reason is signed as it stands: `offered` says what to put into it.
    """
    if session.stale:
        raise ReviewIncomplete(
            "the branch has moved since it was opened", remedy="look at what changed, then decide on the new head"
        )
    if session.opened.scanning:
        raise ReviewIncomplete("the change is being scanned", remedy="wait for the end: there may be more findings")
    reason = worded(reason, "a decision needs a reason")
    if kind is DecisionKind.APPROVE and session.refused:
        raise ReviewIncomplete(
            counted(len(session.refused), "refused hunk stands", "refused hunks stand") + " against an approval",
            remedy="undo them, or reject",
        )
    rules = {finding.fingerprint: finding.rule for finding in session.opened.findings}
    return Draft(
        kind=kind,
        reason=reason,
        acknowledged=tuple(
            Acknowledgement(fingerprint=fingerprint, rule=rules[fingerprint], text=text)
            for fingerprint, text in sorted(session.said.acknowledged.items())
            if fingerprint in rules
        ),
        viewed=session.viewed,
    )


def offered(session: ReviewSession, kind: DecisionKind) -> str:
    """The reason as far as it was written, with every remark that is not in it yet.

    Remarks are the comments, and in a rejection the refused hunks; a withdrawal has none.
    """
    written = session.reasons.get(kind.value, "").rstrip("\n")
    there = set(written.split("\n"))
    lines = [] if kind is DecisionKind.WITHDRAW else _remarks(session, kind)
    return "\n".join([*([written] if written else []), *(line for line in lines if line not in there)])


def _remarks(session: ReviewSession, kind: DecisionKind) -> list[str]:
    places = {
        hunk.id: f"{printable(file.path)}:{hunk.new_start or hunk.old_start}"
        for file in session.opened.files
        for hunk in file.hunks
    }
    for file in session.opened.files:
        if not file.hunks:
            places[file.units[0]] = printable(file.path)
    refused = session.refused if kind is DecisionKind.REJECT else ()
    lines = [f"refused {places[unit]}: {session.said.marks[unit].reason}" for unit in refused]
    for comment in session.said.comments:
        span = f":{comment.line}" + (f"-{comment.end_line}" if comment.end_line > comment.line else "")
        place = printable(comment.path) + (span if comment.line else "")
        old = " (old side)" if comment.side is Side.OLD and comment.line else ""
        lines.append(f"{place}{old}: {comment.text}")
    return lines
