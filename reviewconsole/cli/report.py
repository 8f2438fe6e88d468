"""A page for auditors: one file of HTML that loads nothing and runs nothing."""

from collections.abc import Iterator
from datetime import UTC, datetime
from html import escape

from reviewconsole import __version__
from reviewconsole.decision import Verdict
from reviewconsole.display import counted, safe_text
from reviewconsole.facts import JudgedRecord
from reviewconsole.loading.judging import ChangeVerdict
from reviewconsole.verify import RangeVerdict

_STYLE = """
:root { color-scheme: light dark; --good: #1a6b2f; --bad: #a3200d; --open: #7a5200; --line: #8886; }
@media (prefers-color-scheme: dark) { :root { --good: #7bd88f; --bad: #ff8a76; --open: #f0c060; } }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.05rem; margin: 2rem 0 .3rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line); }
 code { font-size: .9em; overflow-wrap: anywhere; }
.satisfied { color: var(--good); } .violated { color: var(--bad); } .undecidable { color: var(--open); }
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_GLYPHS = {Verdict.SATISFIED: "✓", Verdict.VIOLATED: "✗", Verdict.UNDECIDABLE: "?"}
_CHECK = """<p>It is a view, not a proof. The records are in the repository's notes: <code>reviewconsole verify</code>
judges them again, <code>reviewconsole export</code> writes them out, and <code>ssh-keygen -Y verify</code> checks each
signature. The times are what the reviewers claimed.</p>"""


def _text(text: str) -> str:
    return escape(safe_text(text))


def _verdict(verdict: Verdict) -> str:
    return f'<span class="{verdict.value}">{_GLYPHS[verdict]} {verdict.value}</span>'


def _record(judged: JudgedRecord) -> str:
    att = judged.record.attestation
    counts = judged.valid and judged.live
    standing = "counts" if counts else f"does not count: {_text(judged.why)}"
    carried = f"<br>carried: {_text(judged.carried)}" if judged.carried else ""
    acknowledged = "".join(f"<br>answered {_text(a.rule)}: {_text(a.text)}" for a in att.acknowledged)
    cells = (
        f"{att.decision.value} by {_text(att.principal)}<br>says {_text(att.decided_at)}",
        f"{standing}{carried}",
        f"{_text(' '.join(att.reason.split()))}{acknowledged}",
        f"{att.viewed} of {att.hunks} hunks",
        f"<code>{_text(judged.record.id)}</code><br><code>{_text(judged.record.fingerprint)}</code>",
    )
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _change(item: ChangeVerdict) -> Iterator[str]:
    change, report = item.change, item.report
    yield f"<h2>{_verdict(report.verdict)} {_text(change.title)}</h2>"
    authors = ", ".join(dict.fromkeys(f"{c.author.name} <{c.author.email}>" for c in change.commits))
    yield f"<p><code>{change.head}</code> by {_text(authors)}</p>"
    lines = [f"{_verdict(each.verdict)} {_text(each.why)}" for each in report.requirements]
    lines = lines or [_text(why) for why in report.why]
    if lines:
        yield "<ul>" + "".join(f"<li>{line}</li>" for line in lines) + "</ul>"
    if report.records:
        heads = ("decision", "standing", "reason", "on screen", "record, key")
        yield "<table><tr>" + "".join(f"<th>{head}</th>" for head in heads) + "</tr>"
        yield from map(_record, report.records)
        yield "</table>"


def page(result: RangeVerdict, now: int) -> str:
    """Write the page. Text of the repository is made safe to show, then escaped."""
    when = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    counts = ", ".join(
        f"{sum(item.report.verdict is verdict for item in result.changes)} {verdict.value}" for verdict in Verdict
    )
    title = f"Sign-offs of {_text(result.target)}"
    policy = result.policy_commit or "none"
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        f"<title>{title}</title><style>{_STYLE}</style></head><body>",
        f"<h1>{title}: {_verdict(result.verdict)}</h1>",
        (
            f"<p>{counted(len(result.changes), 'change')}: {counts}. Judged on {when} by reviewconsole {__version__}, "
            f"policy <code>{policy}</code>, repository <code>{_text(result.repository_id or 'unknown')}</code>.</p>"
        ),
        f"<p>{_text(result.why)}</p>" if result.why else "",
        *(line for item in result.changes for line in _change(item)),
    ]
    if result.problems:
        parts += ["<h2>What does not verify in the logs</h2><ul>"]
        parts += [f"<li>{_text(problem)}</li>" for problem in result.problems] + ["</ul>"]
    parts += [
        "<h2>How to check this page</h2>",
        _CHECK,
        "</body></html>",
    ]
    return "\n".join(part for part in parts if part) + "\n"
