"""Pipelines as jobs and steps: GitHub workflows, GitLab CI, CircleCI."""

from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from reviewconsole import lazy_re as re
from reviewconsole.constraints.facts import Undetermined
from reviewconsole.constraints.reading import documents as docs

_GITLAB_WORDS = frozenset(
    ("stages", "variables", "default", "include", "workflow", "image", "services", "cache", "before_script",
     "after_script", "pages", "spec")
)  # fmt: skip
_NEVER = re.compile(r"(?:\$\{\{\s*)?false(?:\s*\}\})?", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One step: what it uses or runs."""

    name: str
    uses: str
    """Action with its version, empty for a step that runs commands."""
    run: str
    off: bool
    """Never runs, or may fail without failing the job."""
    line: int
    last: int

    @property
    def identity(self) -> str:
        """What makes it the same step after a change: its action, its name, or its first command."""
        if self.uses:
            return f"uses {self.uses.split('@', 1)[0]}"
        return f"step {self.name}" if self.name else f"run {self.run.strip().split(chr(10), 1)[0].strip()}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """One job; `name` is what a required check is called."""

    id: str
    name: str
    off: bool
    steps: tuple[Step, ...]
    line: int
    last: int


def jobs(path: str, text: str) -> tuple[Job, ...]:
    """The jobs of a pipeline file; Undetermined for other systems and for what is templated."""
    name = path.rsplit("/", 1)[-1]
    if not name.endswith((".yml", ".yaml")):
        raise Undetermined("is a pipeline of a kind that is not read")
    nodes = docs.documents(path, text)
    if ".github/workflows/" in f"/{path}" or path.startswith(".github/workflows/"):
        return tuple(job for node in nodes for job in _github(node))
    if name.startswith(".gitlab-ci"):
        return tuple(job for node in nodes for job in _gitlab(node))
    if ".circleci/" in path:
        return tuple(job for node in nodes for job in _github(node))
    raise Undetermined("is a pipeline of a kind that is not read")


def _flag(node: yaml.Node | None) -> bool:
    return docs.scalar(node).strip().lower() in ("true", "yes", "on")


def _off(node: yaml.Node) -> bool:
    condition = docs.scalar(docs.get(node, "if")).strip()
    return bool(_NEVER.fullmatch(condition)) or _flag(docs.get(node, "continue-on-error"))


def _github(root: yaml.Node) -> Iterator[Job]:
    for name, key, node in docs.pairs(docs.get(root, "jobs")):
        steps = [_step(item) for item in _sequence(docs.get(node, "steps"))]
        called = docs.scalar(docs.get(node, "uses"))
        if called:
            steps.append(Step(name="", uses=called, run="", off=False, line=docs.line(key), last=docs.line(key)))
        yield Job(
            id=name,
            name=docs.scalar(docs.get(node, "name")) or name,
            off=_off(node),
            steps=tuple(steps),
            line=docs.line(key),
            last=max(docs.line(key), docs.end_line(node)),
        )


def _sequence(node: yaml.Node | None) -> tuple[yaml.Node, ...]:
    return tuple(node.value) if isinstance(node, yaml.SequenceNode) else ()


def _step(node: yaml.Node) -> Step:
    run = docs.get(node, "run")
    command = docs.scalar(docs.get(run, "command")) if isinstance(run, yaml.MappingNode) else docs.scalar(run)
    return Step(
        name=docs.scalar(docs.get(node, "name")) or docs.scalar(docs.get(run, "name")),
        uses=docs.scalar(docs.get(node, "uses")) or docs.scalar(node),
        run=command or (docs.flat(node) if not docs.get(node, "uses") and not docs.scalar(node) else ""),
        off=_off(node),
        line=docs.line(node),
        last=max(docs.line(node), docs.end_line(node)),
    )


def _gitlab(root: yaml.Node) -> Iterator[Job]:
    for name, key, node in docs.pairs(root):
        if name in _GITLAB_WORDS or not isinstance(node, yaml.MappingNode):
            continue
        words = ("before_script", "script", "after_script")
        rows = [item for word in words for item in docs.items(docs.get(node, word))]
        steps = tuple(
            Step(name="", uses="", run=docs.scalar(row), off=False, line=docs.line(row), last=docs.end_line(row))
            for row in rows
        )
        when = docs.scalar(docs.get(node, "when"))
        yield Job(
            id=name,
            name=name,
            off=_flag(docs.get(node, "allow_failure")) or when in ("never", "manual"),
            steps=steps,
            line=docs.line(key),
            last=max(docs.line(key), docs.end_line(node)),
        )
