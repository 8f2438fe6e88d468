"""Find time limits that grow until they limit nothing."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.code import groups
from reviewconsole.detection.hits import exact
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.source import Source, is_test
from reviewconsole.finding import Family, Severity, Side

PAGE = page_of(
    "timeout-loosened",
    title="A timeout is loosened",
    family=Family.RISK,
    severity=Severity.MEDIUM,
    what="Finds time limits that become at least four times as long, or longer than a minute, or that are switched off "
    "with 0, -1 or nothing.",
    why="A caller that waits longer holds its thread, its connection and its own caller longer. What was an error "
    "after "
    "a second becomes a queue, and the queue outlives the fault.",
    example="- timeout=5,\n+ timeout=300,",
    instead="Find out why the call is slow. Keep the limit below the caller's own, and move long work to a job.",
    references=("https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/", "CWE-1088"),
    languages=("python", "go", "typescript", "java", "kotlin", "ruby", "rust", "yaml", "workflow", "terraform"),
    alias="t-03",
)
_SETTING = re.compile(
    r"(?P<name>\b[\w-]*(?i:timeout|deadline)[\w-]*)[\"']?\s*(?:=(?!=)|:(?!=)|:=|\()\s*[\"']?(?P<value>-?\d[\d_.]*|None|null"
    r"|nil|undefined|Duration\.of\w+\(\d+|time\.Duration\(\d+)"
    r"\s*(?P<unit>\*\s*[\w.]+|ms\b|[smh]\b)?"
)
_WITHIN = re.compile(r"\bWithTimeout\(\s*\w+,\s*(?P<value>\d+)\s*(?P<unit>\*\s*[\w.]+)")
_KINDS = frozenset(
    {"python", "go", "typescript", "java", "kotlin", "ruby", "rust", "yaml", "workflow", "terraform", "json"}
)
_UNITS = ((r"(?i)milli|^ms", 0.001), (r"(?i)hour|^h", 3600), (r"(?i)minute|^m$", 60))


def check(context: Context) -> Iterator[Hit]:
    """Name each limit whose value on the new side is so much looser."""
    for source in context.sources:
        if source.kind in _KINDS and source.added and source.removed and not is_test(source.path):
            yield from _file(source)


def _file(source: Source) -> Iterator[Hit]:
    for before, after in groups(source):
        old = {name: seconds for at in before for name, seconds in _limits(source.old[at - 1])}
        for at in after:
            for name, seconds in _limits(source.new[at - 1]):
                was = old.get(name)
                if was is not None and was > 0 and (seconds <= 0 or seconds >= 4 * was or (seconds > 60 >= was)):
                    message = (
                        "A time limit is switched off" if seconds <= 0 else "A time limit grows out of its purpose"
                    )
                    yield exact(PAGE.rule, source, Side.NEW, (at, at), message)


def _limits(line: str) -> Iterator[tuple[str, float]]:
    for pattern in (_SETTING, _WITHIN):
        for found in pattern.finditer(line[:2000]):
            name = found.groupdict().get("name") or "WithTimeout"
            digits = re.search(r"-?\d[\d_]*(\.\d+)?", found["value"])
            value = float(digits[0].replace("_", "")) if digits else 0.0
            unit = re.sub(r"^[*\s]+(time\.)?", "", found["unit"] or "") + ("ms" if name.lower().endswith("ms") else "")
            factor = next((factor for text, factor in _UNITS if re.search(text, unit)), 1)
            # A bare number of a thousand and more is milliseconds wherever seconds make no sense.
            yield name, value * (0.001 if factor == 1 and not unit and value >= 1000 else factor)


CHECK = Check(page=PAGE, run=check)
