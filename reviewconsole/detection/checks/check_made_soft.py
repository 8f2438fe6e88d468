"""Find checks that may fail from now on without failing the pipeline."""

from collections.abc import Iterator

import yaml

from reviewconsole import lazy_re as re
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.pipelines import CI_FILE, Job, Step, pipeline, tools, wraps
from reviewconsole.detection.places import changed_at, fresh
from reviewconsole.detection.source import Source
from reviewconsole.detection.yaml_nodes import get, pairs, scalar
from reviewconsole.finding import Family, Severity, Side

PAGE = page_of(
    "check-made-soft",
    title="A check is made soft",
    family=Family.RISK,
    severity=Severity.HIGH,
    what="Finds steps and jobs that may fail from now on without failing the pipeline (continue-on-error, "
    'allow_failure, "|| true", `if: false`, options of tools such as --exit-zero), and commits made with --no-verify. '
    "Best-effort steps such as uploads and notices do not count.",
    why="Green at any price is the shortest way for an agent to finish a task. The check still runs, and "
    "nobody hears it.",
    example="+        continue-on-error: true",
    instead="Mend what the check found. A step that is meant to be advisory belongs in a job of its own that is not "
    "required.",
    references=("hadolint DL4006", "CWE-754"),
    languages=("workflow", "yaml", "shell", "makefile", "json"),
    alias="c-02",
)
_AIDS = re.compile(r"upload|coverage|codecov|coveralls|notif|slack|cache|clean ?up|teardown|comment|label"
                   r"|artifact|badge|telemetry|summary|report"
                   r"|annotate|download|\bstop\b|\bcopy\b|docker (rm|logs|stop)|debug"
                   r"|diagnos|log(s|in)?\b", re.IGNORECASE)  # fmt: skip
_ON = re.compile(r"(true|yes|on|\$\{\{\s*(true|always\(\)|success\(\)\s*\|\|\s*failure\(\)|1)\s*\}\})$", re.IGNORECASE)
_NEVER = re.compile(r"(false|no|0|\$\{\{\s*(false|0|''|!\s*true|never\(\)|.*&&\s*false|false\s*&&.*)\s*\}\}"
                    r"|.*&&\s*false|false\s*&&.*"
                    r"|never\(\)|\$\{\{\s*.*==\s*'(never|disabled|skip)'\s*\}\})$", re.IGNORECASE)  # fmt: skip
_LINE = re.compile(
    r"\|\|\s*(true|exit 0|:|echo\b[^|&;]*|/bin/true)\s*[\"']?\s*,?\s*$|\|\|\s*true\b|;\s*(true"
    r"|exit 0)\s*[\"']?\s*$|--no-verify\b|\bset \+e\b|--exit-zero\b"
    r"|--passWithNoTests\b|-DskipTests\b|-Dmaven\.test\.skip(=true)?\b|--soft-fail\b|--no-fail\b|-x test\b"
    r"|\bfail_ci_if_error\s*:\s*false"
    r"|\bsoft_fail\s*:\s*[\"']?true|\bexit-code\s*:\s*[\"']?0\b|--exit-code[= ]0\b|\[skip ci\]|\[ci skip\]"
    r"|ignore_errors\s*:\s*(true|yes)"
    r"|\bcatchError\b|failFast\s*:?\s*false|--keep-going\b.*\|\|"
)
_HARMLESS = re.compile(r"2>/dev/null|&>/dev/null|>/dev/null 2>&1|\b(cp|ls|chmod|mkdir|mv|touch|ln|stat|which"
                       r"|command -v|test -[a-z])\b|rm -|"
                       r"docker (rm|logs|stop|network|volume|pull)|kill|\bgrep\b|\bdiff\b|git (tag|config|fetch"
                       r"|branch|remote|stash|diff)|kubectl (logs|get|describe|delete)|"
                       r"\becho\b.*\|\|", re.IGNORECASE)  # fmt: skip
_SCRIPT = re.compile(r"\|\|\s*(true|exit 0|:|echo\b.*)(\s|$|\"|;)|;\s*true\s*$|^\s*-\S+.*\btest\b")
_EITHER = re.compile(r"&&\s*echo\b.*\|\|\s*echo\b")
"""One text or another."""
_SAYS_NO_VERIFY = re.compile(r"\bgit\s+(commit|push|merge)\b.*(--no-verify\b|\s-n\b)|HUSKY=0|SKIP=\S+ git commit")


def check(context: Context) -> Iterator[Hit]:
    """Name the added marks that let a check fail unheard."""
    for source in context.sources:
        if (source.kind == "workflow" or CI_FILE.search(source.path)) and source.added:
            yield from _marks(source)
    for source, at, match in fresh(context, ("workflow", "yaml"), _LINE):
        row = source.new[at - 1]
        if source.kind == "yaml" and not CI_FILE.search(source.path):
            continue
        if "+e" in match[0] and any("$?" in each for each in source.new[at : at + 6]):
            continue
        named = match[0].startswith(("--", "-D", "-x", "fail", "soft", "exit-code", "[", "ignore", "set"))
        checks = bool(tools(row)) or wraps(row)
        if checks or (not _HARMLESS.search(row) and not _AIDS.search(row)) or (named and checks):
            yield from changed_at(PAGE.rule, source, Side.NEW, (at, at), "A check can no longer fail the pipeline")
    for source, at, _ in fresh(context, ("shell", "makefile", "json", "text"), _SCRIPT):
        row = source.new[at - 1]
        if (tools(row) or wraps(row)) and not _EITHER.search(row):
            yield from changed_at(PAGE.rule, source, Side.NEW, (at, at), "The failure of a check is ignored")
    for source, at, _ in fresh(context, ("shell", "makefile", "json", "python", "typescript", "text"), _SAYS_NO_VERIFY):
        yield from changed_at(PAGE.rule, source, Side.NEW, (at, at), "The commit hooks are passed by")


def _marks(source: Source) -> Iterator[Hit]:
    before = {step.place: step for job in pipeline(source, Side.OLD) for step in job.steps}
    jobs = {job.name: job for job in pipeline(source, Side.OLD)}
    for job in pipeline(source, Side.NEW):
        was = jobs.get(job.name)
        yield from _mark(source, job, job.node, was.node if was else None)
        for step in job.steps:
            if step.node is not job.node:
                old = before.get(step.place)
                yield from _mark(source, step, step.node, old.node if old else None)


def _mark(source: Source, item: Job | Step, node: yaml.Node, was: yaml.Node | None) -> Iterator[Hit]:
    for name, key, value in pairs(node):
        kind = _softness(name, scalar(value))
        if not kind or (was is not None and _softness(name, scalar(get(was, name)))):
            continue
        if isinstance(item, Step):
            aid = _AIDS.search(item.name) or (_AIDS.search(item.text) and not tools(item.text))
            checks = bool(tools(item.text)) or (bool(item.checks) and not aid)
        else:
            aid = _AIDS.search(item.name)
            checks = bool(item.checks)
        always = kind == "soft" and scalar(get(node, "if")).strip(" ${}") == "always()"
        if (aid or always) and not checks:
            continue
        at = int(key.start_mark.line) + 1
        last = max(at, int(value.end_mark.line) + (1 if value.end_mark.column else 0))
        named = scalar(get(node, "id"))
        read = bool(named) and any(f"steps.{named}." in row for row in source.new)
        severity = None if (checks or kind == "soft") and not read else Severity.MEDIUM
        command = item.text if isinstance(item, Step) else item.name
        what = (item.name.strip() or command.strip().split("\n")[0])[:60]
        words = "may fail without failing the pipeline" if kind == "soft" else "never runs"
        yield from changed_at(PAGE.rule, source, Side.NEW, (at, last), f"{what} {words}", severity=severity)


def _softness(name: str, value: str) -> str:
    value = value.strip()
    if name in ("continue-on-error", "allow_failure", "continueOnError") and _ON.match(value):
        return "soft"
    return "off" if name == "if" and _NEVER.match(value) else ""


CHECK = Check(page=PAGE, run=check)
