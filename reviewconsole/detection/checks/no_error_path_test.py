"""Ask whether a new error path is tested by the change that brings it."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.source import is_nonproduction, is_test
from reviewconsole.finding import Confidence, Family, Severity, Side

PAGE = page_of(
    "no-error-path-test",
    title="A new error path without a test",
    family=Family.GAP,
    severity=Severity.MEDIUM,
    confidence=Confidence.LOW,
    what="Finds source files that gain an error handler or a retry while no test in the change provokes an error.",
    why="Handlers run for the first time in an incident, and an untested one is often wrong itself: it hides "
    "the cause, or fails again.",
    example="+ except TimeoutError:\n+     return self.cached(key)",
    instead="Add a test that makes the call fail and asserts what the caller sees.",
    references=("CWE-703", "Yuan et al., OSDI 2014: simple testing can prevent most critical failures"),
    languages=("python", "go", "typescript"),
    alias="q-05",
)
_HANDLERS = {
    "python": re.compile(r"\s*except\b.*:|\s*@(\w+\.)?retry\b"),
    "typescript": re.compile(r".*(\}\s*catch\s*(\(|\{)|\.catch\()"),
    "go": re.compile(r".*\b(errors\.(Is|As)\(|recover\(\)|retry\.Do\()"),
}
_PROVOKES = re.compile(
    r"raises|side_effect|assertRaises|rejects|toThrow|mockRejected|wantErr|assert\.Error|require\.Error|err == nil"
    r"|status(_code|Code)?\W+[45]\d\d|\bError\b|\bException\b|\bfail"
)


def check(context: Context) -> Iterator[Hit]:
    """Name each such file once, at its first new handler."""
    for source in context.sources:
        if is_test(source.path) and any(_PROVOKES.search(source.new[at - 1][:2000]) for at in source.added):
            return
    for source in context.sources:
        handler = _HANDLERS.get(source.kind)
        if handler is None or is_nonproduction(source.path):
            continue
        moved = {source.old[at - 1].strip() for at in source.removed}
        for at in sorted(source.added):
            text = source.new[at - 1][:2000]
            if handler.match(text) and text.strip() not in moved and not source.is_comment(Side.NEW, at):
                yield Hit(
                    rule=PAGE.rule,
                    source=source,
                    side=Side.NEW,
                    line=at,
                    end_line=at,
                    text=text.strip(),
                    message="No test of this change makes the handler run",
                )
                break


CHECK = Check(page=PAGE, run=check)
