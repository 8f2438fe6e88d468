"""Find deployments that reach more places than before."""

from collections.abc import Iterator

import yaml

from reviewconsole import lazy_re as re
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.pipelines import CI_FILE, jobs
from reviewconsole.detection.places import changed_at, fresh
from reviewconsole.detection.source import Source
from reviewconsole.detection.yaml_nodes import items, scalar
from reviewconsole.detection.yaml_tree import Document, at_entry, paired
from reviewconsole.finding import Family, Severity, Side

PAGE = page_of(
    "deploy-target-widened",
    title="A deployment reaches more than before",
    family=Family.RISK,
    severity=Severity.HIGH,
    what="Finds production added to a list of environments, stages or branches, a workspace or environment that turns "
    "into production, and lists of regions or clusters that grow by more than one.",
    why="How far a mistake goes is decided here. A list that grows quietly turns a trial into a release everywhere.",
    example="-        environment: [staging]\n+        environment: [staging, production]",
    instead="Widen by one target at a time, in a change of its own, and let production keep its approval.",
    references=("https://aws.amazon.com/builders-library/automating-safe-hands-off-deployments/", "CWE-1188"),
    languages=("workflow", "yaml", "terraform"),
    alias="c-05",
)
_TARGETS = re.compile(
    r"^(env(ironment)?s?|stages?|targets?|workspaces?|accounts?|tiers?|deploy_?(to|envs?|targets?)|branches|clusters?|regions?|locations?|zones?|cells?|shards?)$",
    re.IGNORECASE,
)
_PLACES = re.compile(r"region|cluster|location|zone|account|cell|shard", re.IGNORECASE)
_PROD = re.compile(r"(^|[\W_])(prod|production|prd|live)($|[\W_\d])", re.IGNORECASE)
_MAIN = re.compile(r"^(main|master|release.*|\*\*?|prod.*)$")
_SETS = re.compile(
    r"^\s*(?:export\s+)?[\"']?(\w*(?:workspace|environment|env|stage|tier)\w*)[\"']?\s*[:=]\s*[\"']?([\w.-]+)[\"']?\s*,?\s*$",
    re.IGNORECASE,
)
_LIST = re.compile(r"^\s*(\w+)\s*=\s*(?:toset\()?\[([^\]]*)\]")


def check(context: Context) -> Iterator[Hit]:
    """Name lists that grow and names that turn into production."""
    for old, new in paired(context):
        if new is not None:
            yield from _lists(old, new)
    for source, at, match in fresh(context, ("terraform", "workflow", "yaml"), _SETS):
        ours = source.has_old and _PROD.search(match[2]) and _before(source, match[1], at)
        if ours:
            message = f"{match[1]} turns from {ours} into {match[2]}"
            yield from changed_at(PAGE.rule, source, Side.NEW, (at, at), message)
    for source, at, match in fresh(context, ("terraform",), _LIST):
        yield from _terraform(source, at, match)


def _before(source: Source, name: str, at: int) -> str:
    """The value the name had in the same host, where it was none of production."""
    host = source.host_name(Side.NEW, at)
    for row in sorted(source.removed):
        match = _SETS.match(source.old[row - 1][:500])
        if match and match[1] == name and source.host_name(Side.OLD, row) == host and not _PROD.search(match[2]):
            return match[2]
    return ""


def _lists(old: Document, new: Document) -> Iterator[Hit]:
    pipelines = new.source.kind == "workflow" or bool(CI_FILE.search(new.source.path))
    for place, entry in new.entries.items():
        was = old.entries.get(place)
        if not _TARGETS.match(place[-1]) or was is None or not isinstance(entry.node, yaml.SequenceNode):
            continue
        before, after = ([scalar(item) for item in items(node)] for node in (was.node, entry.node))
        more = [name for name in after if name and name not in before]
        if not more:
            continue
        if place[-1] == "branches":
            deploys = pipelines and "push" in place and any(job.deploys for job in jobs(new))
            wide = [name for name in more if _MAIN.match(name)] if deploys and not any(map(_MAIN.match, before)) else []
            severity = None
        elif _PLACES.search(place[-1]):
            wide = more if len(after) - len(before) > 1 or any(map(_PROD.search, more)) else []
            severity = None
        else:
            wide = [name for name in more if _PROD.search(name)] if not any(map(_PROD.search, before)) else []
            severity = None if pipelines else Severity.MEDIUM
        if wide:
            message = f"{place[-1]} now has {', '.join(wide)[:80]} as well"
            yield from at_entry(PAGE.rule, new, entry, message, severity=severity)


def _terraform(source: Source, at: int, match: re.Match[str]) -> Iterator[Hit]:
    if not _TARGETS.match(match[1]) and not _PLACES.search(match[1]):
        return
    host = source.host_name(Side.NEW, at)
    for row in sorted(source.removed):
        was = _LIST.match(source.old[row - 1][:2000])
        if was and was[1] == match[1] and source.host_name(Side.OLD, row) == host:
            before, after = (set(re.findall(r"[\w.-]+", text)) for text in (was[2], match[2]))
            more = after - before
            if len(after) - len(before) > 1 or (any(map(_PROD.search, more)) and not any(map(_PROD.search, before))):
                message = f"{match[1]} now has {', '.join(sorted(more))[:80]} as well"
                yield from changed_at(PAGE.rule, source, Side.NEW, (at, at), message)


CHECK = Check(page=PAGE, run=check)
