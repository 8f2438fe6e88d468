"""Ask whether a workflow job that changes the world, or a job of a cluster, may run for ever."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.hits import exact
from reviewconsole.detection.kubernetes import Workload, known, new_workloads
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.source import Source
from reviewconsole.detection.yaml_nodes import compose, get, line, pairs
from reviewconsole.errors import FormatError
from reviewconsole.finding import Confidence, Family, Severity, Side

PAGE = page_of(
    "job-without-timeout",
    title="A deploying job without a time limit",
    family=Family.GAP,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    what="Finds new or extended GitHub workflow jobs that deploy, apply or migrate and set no timeout-minutes, "
    "and new Jobs and CronJobs of Kubernetes without activeDeadlineSeconds.",
    why="A hanging deployment holds its lock and its half-done state for six hours, the default, and nobody is told.",
    example="+  deploy:\n+    runs-on: ubuntu-latest   # no timeout-minutes",
    instead="Set timeout-minutes on the job to twice its usual time, and say what cleans up after it.",
    references=("GitHub Actions workflow syntax: jobs.<job_id>.timeout-minutes", "CWE-1088"),
    languages=("workflow", "kubernetes"),
    alias="job-timeout",
)
_DEPLOYS = re.compile(
    r"\b(terraform|tofu|terragrunt|pulumi|cdk|kubectl|sls|serverless|fly|flyctl|vercel|wrangler|gcloud|eb)\s[^#]*"
    r"\b(apply|deploy|up|rollout|replace)\b|\bhelm\s+upgrade\b|\balembic\s+upgrade\b|\bmanage\.py\s+migrate\b"
    r"|uses:\s*\S*deploy\S*@"
)


def _jobs(source: Source) -> Iterator[tuple[str, int, int, bool]]:
    """Name, first and last line of each job, and whether it has a limit."""
    try:
        nodes = compose("\n".join(source.new))
    except FormatError:
        return
    for node in nodes:
        for name, key, job in pairs(get(node, "jobs")):
            bounded = get(job, "timeout-minutes") is not None or get(job, "uses") is not None
            yield name, line(key), int(job.end_mark.line), bounded


def check(context: Context) -> Iterator[Hit]:
    """Name deploying jobs without a limit that are new, or whose deploying line is, and new jobs of clusters."""
    yield from _cluster(context)
    for source in context.sources:
        if source.kind != "workflow" or not source.added or not source.path.startswith(".github/workflows/"):
            continue
        for name, first, last, bounded in _jobs(source):
            deploying = [
                at
                for at in range(first, min(last, len(source.new)) + 1)
                if _DEPLOYS.search(source.new[at - 1][:2000]) and not source.is_comment(Side.NEW, at)
            ]
            if bounded or not deploying:
                continue
            place = first if first in source.added else next((at for at in deploying if at in source.added), 0)
            if place:
                yield exact(
                    PAGE.rule, source, Side.NEW, (place, place), f"Job {name} deploys and may run for six hours"
                )


def _cluster(context: Context) -> Iterator[Hit]:
    for workload in new_workloads(context):
        if workload.kind not in ("Job", "CronJob") or workload.line not in workload.source.added:
            continue
        if known(workload.source, workload) or _ends(workload):
            continue
        message = f"{workload.kind} {workload.name} may hang for ever: activeDeadlineSeconds is not set"
        if workload.kind == "CronJob" and not _alone(workload):
            message += ", and its next run starts beside it"
        yield exact(PAGE.rule, workload.source, Side.NEW, (workload.line, workload.line), message)


def _rows(workload: Workload) -> str:
    rows = workload.source.new
    end = next((at for at in range(workload.line, len(rows)) if rows[at].startswith("---")), len(rows))
    begin = next((at for at in range(workload.line - 1, 0, -1) if rows[at - 1].startswith("---")), 0)
    return "\n".join(rows[begin:end])


def _ends(workload: Workload) -> bool:
    return "activeDeadlineSeconds" in _rows(workload) or "argocd.argoproj.io/hook" in _rows(workload)


def _alone(workload: Workload) -> bool:
    return bool(re.search(r"concurrencyPolicy:\s*[\"']?(Forbid|Replace)", _rows(workload)))


CHECK = Check(page=PAGE, run=check)
