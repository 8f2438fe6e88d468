"""Find tests, linters and scans that leave a pipeline that stays."""

from collections import Counter
from collections.abc import Iterator, Sequence

from reviewconsole import lazy_re as re
from reviewconsole.detection.guards import plain
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.pipelines import CI_FILE, Job, Step, pipeline, tools, wraps
from reviewconsole.detection.places import changed_at
from reviewconsole.detection.source import MAX_LINE, Source
from reviewconsole.detection.yaml_nodes import items, merged, scalar
from reviewconsole.detection.yaml_tree import Document, at_entry, counterpart, paired
from reviewconsole.finding import Family, Severity, Side

PAGE = page_of(
    "check-removed",
    title="A check leaves the pipeline",
    family=Family.RISK,
    severity=Severity.HIGH,
    what="Finds steps and jobs that test, lint or scan and are removed, a `needs` on such a job that goes, a pull "
    "request trigger that goes, and hooks, make recipes and package scripts that no longer check. A renamed step, a "
    "merged job and another tool of the same sort do not count.",
    why="Green at any price is the shortest way to finish a task: the pipeline stays green because nobody "
    "asks any more.",
    example="-      - name: Integration tests\n-        run: make integration-test",
    instead="Keep the check and mend what it found. If it is truly obsolete, say what covers the same risk now.",
    references=("CWE-1053", "https://docs.github.com/en/actions/writing-workflows/workflow-syntax-for-github-actions"),
    languages=("workflow", "yaml", "makefile", "json"),
    alias="c-01",
)
_HOOKS = ".pre-commit-config.yaml"
_ROWS = re.compile(r"(^|/)(package\.json|Makefile|makefile|GNUmakefile|[Jj]ustfile|Taskfile\.ya?ml|tox\.ini"
                   r"|noxfile\.py|composer\.json)$"
                   r"|(^|/)(ci|test|tests|check|lint|verify)[\w.-]*\.sh$|(^|/)(scripts|bin|ci"
                   r"|hack)/[\w.-]*(test|check|lint|verify)[\w.-]*$")  # fmt: skip

_TESTS = re.compile(r"test|lint|scan|sast|security|e2e|spec|typ(e|ing)|verif|validat|audit|smoke|conform|regress")
"""Words that leave no doubt of what a step checks."""
_SETTINGS = re.compile(r"(^|/)(\.husky/|\.[\w-]+rc(\.\w+)?$|[\w.-]+\.config\.[cm]?[jt]s$)")
"""Where tools of a package are told what to run."""


def check(context: Context) -> Iterator[Hit]:
    """Name what checked before and checks nowhere in the change now."""
    added = _added_tools(context)
    for source in context.sources:
        if not source.has_new or not source.removed:
            continue
        if source.kind == "workflow" or (source.kind == "yaml" and CI_FILE.search(source.path)):
            ours, theirs = pipeline(source, Side.OLD), pipeline(source, Side.NEW)
            if ours and theirs:
                yield from _steps(source, ours, theirs, (added, _jobs_elsewhere(context, source)))
                yield from _needs(source, ours, theirs)
                continue
        if CI_FILE.search(source.path) or _ROWS.search(source.path):
            yield from _rows(source, added)
    for old, new in paired(context):
        if new is not None and old.source.path.endswith(_HOOKS):
            yield from _hooks(old, new)
        elif new is not None and old.source.kind == "workflow":
            yield from _trigger(old, new)


def _added_tools(context: Context) -> frozenset[str]:
    """The groups of check that added lines outside of the workflows name, and `wrapper`."""
    found: set[str] = set()
    for source in context.sources:
        if source.kind in ("markdown", "workflow"):
            continue
        rows = "\n".join(source.new[at - 1] for at in source.added if len(source.new[at - 1]) <= MAX_LINE)
        told = CI_FILE.search(source.path) or _ROWS.search(source.path) or _SETTINGS.search(source.path)
        if told or source.kind in ("shell", "makefile"):
            found.update(tools(rows))
    for source in context.sources:
        if source.kind == "workflow" and not source.has_old:
            found.update(group for job in pipeline(source, Side.NEW) for group in job.checks)
    return frozenset(found)


def _jobs_elsewhere(context: Context, source: Source) -> frozenset[str]:
    """Names of the jobs with checks that the change adds to the other pipelines."""
    found: set[str] = set()
    for other in context.sources:
        if other is source or not other.added or not (other.kind == "workflow" or CI_FILE.search(other.path)):
            continue
        before = {job.name for job in pipeline(other, Side.OLD)} if other.has_old else set()
        found |= {job.name for job in pipeline(other, Side.NEW) if job.name not in before and job.checks}
    return frozenset(found)


def _steps(
    source: Source, ours: Sequence[Job], theirs: Sequence[Job], elsewhere: tuple[frozenset[str], frozenset[str]]
) -> Iterator[Hit]:
    added, moved = elsewhere
    left = Counter(plain(step.text) for job in theirs for step in job.steps)
    gone: list[Step] = []
    for job in ours:
        for step in job.steps:
            if left[plain(step.text)] > 0:
                left[plain(step.text)] -= 1
            elif step.checks:
                gone.append(step)
    fresh = [step for job in theirs for step in job.steps if left[plain(step.text)] > 0]
    now = set(added)
    for step in fresh:
        now.update(step.checks)
        now.update(tools(step.text))
    wrapped = any(wraps(step.text) or "/workflows/" in step.text or step.text.startswith("./") for step in fresh)
    names = {job.name for job in theirs}
    runs = {plain(step.text) for job in theirs for step in job.steps}
    told: set[str] = set()
    for step in gone:
        missing = {group: tool for group, tool in step.checks.items() if group not in now and not _renamed(step, fresh)}
        if not missing:
            continue
        whole = next((job for job in ours if job.name == step.job and job.name not in names), None)
        if whole is not None and (whole.name in told or whole.name in moved):
            continue
        told.add(step.job)
        span = (whole.line, whole.end_line) if whole else _span(source, step, list(missing.values()))
        what = " and ".join(sorted(missing.values()))[:80]
        where = f"job {step.job}, which is removed" if whole else f"job {step.job}"
        vague = all(group.startswith("name:") and not _TESTS.search(group) for group in missing)
        severity = Severity.MEDIUM if wrapped or vague or plain(step.text) in runs else None
        yield from changed_at(
            PAGE.rule, source, Side.OLD, span, f"{what} no longer runs: it left {where}", severity=severity
        )


def _renamed(step: Step, fresh: Sequence[Step]) -> bool:
    """Tell whether a step that is a check by its name or script alone has a new form under the same name."""
    if tools(step.text):
        return False
    same = [each for each in fresh if each.name == step.name and each.job == step.job and each.name]
    return any(each.text.split("@")[0] == step.text.split("@")[0] or each.checks for each in same) or any(
        each.text.split("@")[0].strip() == step.text.split("@")[0].strip() for each in fresh
    )


def _span(source: Source, step: Step, missing: list[str]) -> tuple[int, int]:
    """The rows of the step that name what is missing, else all of it."""
    for at in range(step.line, step.end_line + 1):
        if at in source.removed and any(tool in source.old[at - 1] for tool in missing):
            whole = all(row in source.removed for row in range(step.line, step.end_line + 1))
            return (step.line, step.end_line) if whole else (at, at)
    return step.line, step.end_line


def _needs(source: Source, ours: Sequence[Job], theirs: Sequence[Job]) -> Iterator[Hit]:
    after = {job.name: job for job in theirs}
    for job in ours:
        now = after.get(job.name)
        if now is None:
            continue
        for needed in job.needs:
            guard = after.get(needed)
            if guard is None or needed in _reached(job.name, after):
                continue
            if not guard.checks or not (now.deploys or now.checks or len(theirs) > 1):
                continue
            severity = None if now.deploys else Severity.MEDIUM
            key = next(
                (
                    at
                    for at in range(job.line, job.end_line + 1)
                    if at in source.removed and needed in source.old[at - 1]
                ),
                0,
            )
            message = f"Job {job.name} no longer waits for {needed}, which checks"
            yield from changed_at(PAGE.rule, source, Side.OLD, (key, key), message, severity=severity)


def _reached(name: str, jobs: dict[str, Job]) -> set[str]:
    found: set[str] = set()
    open_ = list(jobs[name].needs)
    while open_:
        each = open_.pop()
        if each not in found and each in jobs:
            found.add(each)
            open_ += jobs[each].needs
    return found


def _trigger(old: Document, new: Document) -> Iterator[Hit]:
    before, after = (_events(document) for document in (old, new))
    reviewed = {"pull_request", "pull_request_target", "merge_group"}
    if not (before & reviewed) or after & reviewed or not after:
        return
    if any(job.checks for job in pipeline(new.source, Side.NEW)) and "workflow_call" not in after:
        entry = old.entries[("on",)] if ("on",) in old.entries else old.entries[("true",)]
        message = "The checks of this workflow no longer run on pull requests"
        yield from at_entry(PAGE.rule, old, entry, message)


def _events(document: Document) -> set[str]:
    node = document.get("on")
    return {scalar(item) for item in items(node)} | set(merged(node)) | ({scalar(node)} - {""})


def _hooks(old: Document, new: Document) -> Iterator[Hit]:
    hooks = {place[3] for place in new.entries if len(place) == 4 and place[2] == "hooks"}
    before = {place[3] for place in old.entries if len(place) == 4 and place[2] == "hooks"}
    if hooks - before:
        return
    for place, entry in old.entries.items():
        if len(place) == 4 and place[2] == "hooks" and place[3] not in hooks and counterpart((), old, new) is not None:
            message = f"Hook {place[3][1:-1]} is removed"
            yield from at_entry(PAGE.rule, old, entry, message)


def _rows(source: Source, added: frozenset[str]) -> Iterator[Hit]:
    names = {item.name for item in source.constructs(Side.NEW)}
    rows = [source.new[at - 1][:MAX_LINE] for at in source.added]
    now = set(tools("\n".join(rows))) | added
    balance: Counter[str] = Counter()
    for side, step in ((Side.OLD, 1), (Side.NEW, -1)):
        for row in source.lines(side):
            if len(row) <= MAX_LINE and not row.lstrip().startswith(("#", "//")):
                balance.update(dict.fromkeys(tools(row), step))
    for at in sorted(source.removed):
        row = source.old[at - 1][:MAX_LINE]
        host = source.host_name(Side.OLD, at)
        dependency = re.match(r"\s*\"[@\w/.-]+\"\s*:\s*\"[\^~<>=\d*]", row) or re.search(r"\binstall\b", row)
        if (host and host not in names) or source.is_comment(Side.OLD, at) or dependency:
            continue
        missing = {group: tool for group, tool in tools(row).items() if group not in now and balance[group] > 0}
        if missing and not any(wraps(each) for each in rows):
            balance.subtract(list(missing))
            message = f"{' and '.join(sorted(missing.values()))} no longer runs here"
            yield from changed_at(PAGE.rule, source, Side.OLD, (at, at), message)


CHECK = Check(page=PAGE, run=check)
