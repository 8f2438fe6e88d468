"""Find approvals, waiting steps and partial rollouts that go away."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.pipelines import CI_FILE, Job, pipeline
from reviewconsole.detection.places import changed_at, fresh, lost
from reviewconsole.detection.source import Source
from reviewconsole.detection.yaml_nodes import get, scalar
from reviewconsole.detection.yaml_tree import Document, at_entry, counterpart, numeric, paired
from reviewconsole.finding import Family, Severity, Side

PAGE = page_of(
    "rollout-guard-removed",
    title="A rollout loses its brakes",
    family=Family.RISK,
    severity=Severity.HIGH,
    what="Finds deploying jobs that lose their environment or an approval they wait for, canary and pause steps, "
    "analyses, manual judgments and partitions that are removed, and shares that jump to 100 % at once.",
    why="The brake is what keeps a bad version small. The CrowdStrike content update of 2024 reached every host at "
    "once; Google's incident of June 2025 was not behind a flag and went out everywhere within seconds.",
    example="-    environment: production",
    instead="Keep the approval and the steps; to go faster shorten a pause, and keep the analysis that stops "
            "the rollout.",
    references=("CrowdStrike, Channel File 291 root cause analysis, 2024",
                "Google Cloud incident report, 12 June 2025",
                "https://docs.github.com/en/actions/managing-workflow-runs-and-deployments/managing-deployments/managing-environments-for-deployment"),
    languages=("workflow", "yaml", "kubernetes", "json", "terraform"),
    alias="k-10",
)  # fmt: skip
_APPROVAL = re.compile(
    r"approv|canary|staging|bake|soak|smoke|gate|sign-?off|hold|wait|pre-?prod|verify|plan", re.IGNORECASE
)
_KEYS = frozenset(
    {
        "canary",
        "analysis",
        "canaryAnalysis",
        "pause",
        "canaryStrategy",
        "blueGreen",
        "progressDeadlineSeconds",
        "maxParallel",
        "max-parallel",
        "max_parallel",
        "partition",
        "bake_time",
        "bakeTime",
        "analysisTemplate",
    }
)
_PROMOTED = frozenset({"autoPromotionEnabled"})
_SHARE = re.compile(r"(rollout|percent(age)?|share|weight|traffic|ratio|exposure)", re.IGNORECASE)
_FLAGGED = re.compile(r"flag|feature|rollout|experiment|toggle|canary|split", re.IGNORECASE)
_LINES = re.compile(r"\bmanualJudgment\b|\"type\"\s*:\s*\"(manualJudgment|kayentaCanary|wait)\""
                    r"|^\s*when:\s*manual\b|^\s*-?\s*type:\s*approval\b"
                    r"|^\s*input\s*[({]|\bManualApproval|category\s*=\s*\"Approval\"|linear_|TimeBasedLinear"
                    r"|TimeBasedCanary|LambdaCanary|LambdaLinear")  # fmt: skip
_NUMBER = re.compile(r"[\"']?([\w.-]+)[\"']?\s*[:=]\s*[\"']?(\d+(?:\.\d+)?)%?[\"']?\s*,?\s*$")


def check(context: Context) -> Iterator[Hit]:
    """Name brakes that are gone while the rollout they slowed is still there."""
    for source in context.sources:
        if source.removed and source.has_new and (source.kind == "workflow" or CI_FILE.search(source.path)):
            yield from _pipelines(source)
        if source.kind in ("yaml", "json", "terraform", "text") and source.removed and source.added:
            yield from _shares(source)
    for old, new in paired(context):
        if new is not None and old.source.kind == "yaml":
            yield from _steps(old, new)
    for source, at, match in lost(context, ("yaml", "workflow", "json", "text", "terraform"), _LINES):
        yield from changed_at(
            PAGE.rule, source, Side.OLD, (at, at), f"{match[0].strip()} is removed and the rollout stays"
        )
    for source, at, _ in fresh(context, ("terraform", "yaml"), re.compile(r"AllAtOnce\b|ALL_AT_ONCE\b")):
        if source.has_old:
            yield from changed_at(PAGE.rule, source, Side.NEW, (at, at), "The rollout reaches everything at once")


def _pipelines(source: Source) -> Iterator[Hit]:
    before, after = pipeline(source, Side.OLD), {job.name: job for job in pipeline(source, Side.NEW)}
    held = {_environment(job) for job in after.values()} - {""}
    olds = {job.name for job in before}
    arrived = {_environment(job) for job in after.values() if job.name not in olds}
    for job in before:
        now = after.get(job.name)
        if now is None or get(now.node, "uses") is not None:
            continue
        gate = _environment(job)
        if gate and not _environment(now) and gate not in arrived:
            at = _row(source, job, "environment")
            severity = None if now.deploys or gate not in held else Severity.MEDIUM
            message = f"Job {job.name} no longer waits for the rules of the environment {gate}"
            yield from changed_at(PAGE.rule, source, Side.OLD, at, message, severity=severity)
        for needed in job.needs:
            if needed not in now.needs and needed in after and _APPROVAL.search(needed) and now.deploys:
                if after[needed].checks:
                    continue
                message = f"Job {job.name} no longer waits for {needed}"
                yield from changed_at(PAGE.rule, source, Side.OLD, _row(source, job, needed), message)
        if get(job.node, "concurrency") is not None and get(now.node, "concurrency") is None and now.deploys:
            message = f"Job {job.name} may now run beside itself"
            yield from changed_at(
                PAGE.rule, source, Side.OLD, _row(source, job, "concurrency"), message, severity=Severity.MEDIUM
            )
    for job in before:
        gone = job.name not in after and _approves(job)
        waiting = [
            each for each in before if job.name in each.needs and each.name in after and after[each.name].deploys
        ]
        if gone and waiting and not any(_approves(each) and each.name not in olds for each in after.values()):
            message = f"The approval {job.name} is removed, {waiting[0].name} stays"
            yield from changed_at(PAGE.rule, source, Side.OLD, (job.line, job.end_line), message)


def _environment(job: Job) -> str:
    node = get(job.node, "environment")
    return scalar(node) or scalar(get(node, "name"))


def _approves(job: Job) -> bool:
    return bool(re.search(r"approv|hold|sign-?off|gate", job.name, re.IGNORECASE)) or bool(
        _environment(job) and not job.deploys
    )


def _row(source: Source, job: Job, word: str) -> tuple[int, int]:
    """The removed row of the job that holds the word, with the rows below it that are deeper."""
    for at in range(job.line, job.end_line + 1):
        row = source.old[at - 1]
        if at in source.removed and word in row:
            depth = len(row) - len(row.lstrip())
            last = at
            while last < job.end_line and len(source.old[last]) - len(source.old[last].lstrip()) > depth:
                last += 1
            return at, last
    return job.line, job.end_line


def _steps(old: Document, new: Document) -> Iterator[Hit]:
    told: set[tuple[str, ...]] = set()
    for place, entry in old.entries.items():
        if place[-1] not in _KEYS or any(place[: len(each)] == each for each in told):
            continue
        if place[-1] in ("maxParallel", "max-parallel") and "strategy" not in place:
            continue
        owner = counterpart(place[:-1], old, new)
        steps = "steps" in place
        kept = sum(each[-1] == place[-1] for each in new.entries)
        gone = (owner is not None and (*owner, place[-1]) not in new.entries) or (owner is None and steps)
        before = sum(each[-1] == place[-1] for each in old.entries)
        host = place[: place.index("steps")] if steps else place[:-1]
        if gone and kept < before and (not host or counterpart(host, old, new) is not None):
            told.add(place)
            message = (
                f"{place[-1]} is removed from {old.name or place[-2] if len(place) > 1 else 'the rollout'}, which stays"
            )
            yield from at_entry(PAGE.rule, old, entry, message)
    for place, entry in new.entries.items():
        was = old.entries.get(place)
        if was is None:
            continue
        if place[-1] in _PROMOTED and scalar(entry.node) == "true" and scalar(was.node) == "false":
            yield from at_entry(PAGE.rule, new, entry, "New versions are promoted unasked")
        if place[-1] == "partition" and (numeric(entry.node) or 0.0) < (numeric(was.node) or 0.0):
            yield from at_entry(PAGE.rule, new, entry, "The partition that holds the rollout back is lowered")
    first = _weights(old)
    now = _weights(new)
    if first and now and first[0][1] < 100 <= now[0][1]:
        at = new.entries[now[0][0]]
        message = "The first step of the rollout is everything"
        yield from changed_at(PAGE.rule, new.source, Side.NEW, (at.line, at.end_line), message)
    elif len(first) > 1 and len(now) == 0 and new.kind in ("Rollout", "Canary"):
        at = old.entries[first[0][0]]
        yield from changed_at(
            PAGE.rule, old.source, Side.OLD, (at.line, at.end_line), "The weights of the rollout are removed"
        )


def _weights(document: Document) -> list[tuple[tuple[str, ...], float]]:
    found = []
    for place, entry in document.entries.items():
        value = numeric(entry.node)
        if place[-1] in ("setWeight", "stepWeight", "maxWeight") and value is not None:
            found.append((place, value))
    return found


def _number(row: str) -> re.Match[str] | None:
    return _NUMBER.search(row) if len(row) <= 200 and _SHARE.search(row) else None


def _shares(source: Source) -> Iterator[Hit]:
    """A share of users or traffic that jumps to all, line by line."""
    before: dict[tuple[str, str], float] = {}
    for at in source.removed:
        match = _number(source.old[at - 1])
        if match and _SHARE.search(match[1]):
            before[source.host_name(Side.OLD, at), match[1]] = float(match[2])
    for at in sorted(source.added):
        match = _number(source.new[at - 1])
        if not match or not _SHARE.search(match[1]) or float(match[2]) != 100:
            continue
        was = before.get((source.host_name(Side.NEW, at), match[1]))
        meant = (
            _FLAGGED.search(match[1]) or _FLAGGED.search(source.path) or _FLAGGED.search(source.host_name(Side.NEW, at))
        )
        if was is not None and was < 50 and meant:
            message = f"{match[1]} goes from {was:g} to 100 at once"
            yield from changed_at(PAGE.rule, source, Side.NEW, (at, at), message)


CHECK = Check(page=PAGE, run=check)
