"""Find containers that are given the node they run on."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.destroying import is_ephemeral
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.places import changed_at, fresh
from reviewconsole.detection.source import Source
from reviewconsole.finding import Confidence, Family, Severity, Side

PAGE = page_of(
    "privileged-container",
    title="A container gets the node",
    family=Family.BOUNDARY,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    what="Finds added privileged mode, host network, process or IPC namespaces, the container runtime's socket, the "
    "root of the node's file system and the capabilities ALL and SYS_ADMIN, in Kubernetes, compose, Terraform and "
    "`docker run`. Node agents in a DaemonSet weigh less.",
    why="Whoever breaks out of such a container, or only controls its image, owns the node and every pod on it.",
    example="+        securityContext:\n+          privileged: true",
    instead="Ask for the one capability or device that is needed; run what truly needs the node as a DaemonSet with a "
    "service account of its own.",
    references=("kube-linter privileged-container, docker-sock, host-network", "CWE-250"),
    languages=("kubernetes", "compose", "terraform", "shell"),
    alias="k-09",
)
_YAML = re.compile(
    r"\bprivileged[\"']?\s*:\s*[\"']?(true|yes|on)\b|\bhost(Network|PID|IPC)[\"']?\s*:\s*[\"']?true\b|/var/run/docker\.sock|/run/docker\.sock"
    r"|containerd\.sock|crio\.sock|\b(network_mode|pid|ipc|userns_mode|uts)\s*:\s*[\"']?host\b|\ballowPrivilegeEscalation[\"']?\s*:\s*true\b"
    r"|^\s*-?\s*[\"']?(CAP_)?(SYS_ADMIN|SYS_PTRACE|SYS_MODULE|NET_ADMIN|ALL)[\"']?\s*$|\badd\s*:\s*\[[^\]]*\b(ALL|SYS_ADMIN|NET_ADMIN)\b"
)
_ROOT = re.compile(
    r"\bhostPath[\"']?\s*:\s*\{\s*path\s*:\s*[\"']?/[\"']?\s*[,}]|^\s*(-\s+)?path\s*:\s*[\"']?/[\"']?\s*(#.*)?$|^\s*-\s*[\"']?/:/"
)
_TERRAFORM = re.compile(
    r"^\s*(privileged|host_network|host_pid|host_ipc|allow_privilege_escalation)\s*=\s*true\b|\"?privileged\"?\s*[:=]\s*true\b|/var/run/docker\.sock"
)
_SHELL = re.compile(
    r"\b(docker|podman)\s.*(--privileged\b|--(pid|net|network|ipc)[= ]host\b|-v\s*[\"']?/:/|/var/run/docker\.sock)"
)
_CAPABILITY = re.compile(r"^\s*-?\s*[\"']?(CAP_)?[A-Z_]+[\"']?\s*$")
_PATH_ONLY = re.compile(r"^\s*(-\s+)?path\s*:")
_AGENT = re.compile(
    r"^DaemonSet/|node-?exporter|fluent|csi|cni|cilium|calico|flannel|falco|datadog|promtail|kube-proxy|nvidia"
)
_CONDITION = re.compile(r"\{\{-?\s*(if|with)\s.*\.Values\.")
_RANGE = 6


def check(context: Context) -> Iterator[Hit]:
    """Name the added lines that hand the node over."""
    for pattern, kinds in ((_YAML, ("yaml",)), (_ROOT, ("yaml",)), (_TERRAFORM, ("terraform",)),
                           (_SHELL, ("shell", "makefile"))):  # fmt: skip
        for source, at, _ in fresh(context, kinds, pattern):
            if not _meant(source, at):
                continue
            agent = _AGENT.search(source.host_name(Side.NEW, at)) or _AGENT.search(source.path)
            trial = is_ephemeral(source.path)
            severity = Severity.LOW if agent else Severity.MEDIUM if trial or _chosen(source, at) else None
            message = f"{_named(source.new[at - 1])} gives the container the node"
            yield from changed_at(PAGE.rule, source, Side.NEW, (at, at), message, severity=severity)


def _chosen(source: Source, at: int) -> bool:
    """Tell whether a template writes the row only where somebody's values ask for it."""
    above = source.new[max(0, at - 3) : at - 1]
    return any(_CONDITION.search(row[:300]) for row in above)


def _meant(source: Source, at: int) -> bool:
    """Capabilities count under `add`, a path of `/` under `hostPath` only."""
    row = source.new[at - 1]
    above = source.new[max(0, at - 1 - _RANGE) : at - 1]
    if _CAPABILITY.match(row):
        listed = [line.strip() for line in above if line.rstrip().endswith(":")]
        return bool(listed) and listed[-1].lstrip("- ") in ("add:", "cap_add:")
    if _PATH_ONLY.match(row):
        return any(re.match(r"\s*(-\s+)?hostPath\s*:", line) for line in above[-2:])
    return True


def _named(row: str) -> str:
    return row.strip().lstrip("- ").split("#", 1)[0].strip()[:60]


CHECK = Check(page=PAGE, run=check)
