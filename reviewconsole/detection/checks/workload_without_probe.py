"""Ask whether a new service tells Kubernetes when it is ready."""

from collections.abc import Iterator

from reviewconsole.detection.kubernetes import known, new_workloads
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.yaml_nodes import get
from reviewconsole.finding import Confidence, Family, Severity, Side

PAGE = page_of(
    "workload-without-probe",
    title="A new workload without a readiness probe",
    family=Family.GAP,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    what="Finds new Deployments and StatefulSets of which no container has a readiness probe.",
    why="Traffic reaches a pod as soon as its process starts, and a rollout goes on over pods that cannot serve; "
    "a bad version replaces all good ones before anybody looks.",
    example="+ kind: Deployment   # no readinessProbe below",
    instead="Give each serving container a readiness probe that fails when its own dependencies are not usable.",
    references=("kube-linter no-readiness-probe", "https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/"),
    languages=("kubernetes",),
    alias="k-02",
)


def check(context: Context) -> Iterator[Hit]:
    """Name new Deployments and StatefulSets without any readiness probe."""
    for workload in new_workloads(context):
        if workload.kind not in ("Deployment", "StatefulSet") or workload.line not in workload.source.added:
            continue
        if not workload.containers or known(workload.source, workload):
            continue
        if not any(get(container, "readinessProbe") for container in workload.containers):
            yield Hit(
                rule=PAGE.rule,
                source=workload.source,
                side=Side.NEW,
                line=workload.line,
                end_line=workload.line,
                text=f"kind: {workload.kind} {workload.name}",
                message=f"{workload.kind} {workload.name} has no readiness probe",
            )


CHECK = Check(page=PAGE, run=check)
