"""`ci.no_weaken`: pipelines may not check less.

Keys: `paths` (patterns of pipeline files; default the usual ones). Violated by a job or step that is
gone, a job whose name (of a required check) changes, `if: false`, `continue-on-error`,
`allow_failure`, `|| true` and `--no-verify` added, and a pinned action that becomes a tag. Read are
GitHub workflows, GitLab CI and CircleCI; other systems, templates and anchors are undecidable.
"""

from collections import Counter
from collections.abc import Callable, Iterator

from reviewconsole import lazy_re as re
from reviewconsole.boundary import Witness
from reviewconsole.change import Entry
from reviewconsole.constraints.facts import Answer, Facts, Tally, Undetermined, entry_witness, sides, text_witness
from reviewconsole.constraints.reading.workflows import Job, Step, jobs
from reviewconsole.finding import Side
from reviewconsole.globs import Globs
from reviewconsole.mapping import Table

_PATHS = (
    ".github/workflows/**", "**/.gitlab-ci*.yml", ".circleci/**", "**/Jenkinsfile*", "**/azure-pipelines*.yml",
    ".travis.yml", ".buildkite/**", "**/bitbucket-pipelines.yml", ".drone.yml",
)  # fmt: skip
_SOFT = re.compile(r"\|\|\s*(?:true|:|exit 0|echo\b)|--no-verify\b|\bset \+e\b")
_SHA = re.compile(r"[0-9a-f]{40,64}")


def _weaker(entry: Entry, old: tuple[Job, ...], new: tuple[Job, ...]) -> Iterator[tuple[str, Witness]]:
    after = {job.id: job for job in new}
    for job in old:
        now = after.get(job.id)
        witness = text_witness(entry.path, Side.OLD, job.id, job.line, job.last)
        if now is None:
            yield f"the job {job.id} is gone", witness
        elif now.name != job.name:
            yield f"the job {job.id} is called {now.name[:60]}, so a check of the old name never reports", witness
        elif now.off and not job.off:
            yield f"the job {job.id} no longer counts", text_witness(entry.path, Side.NEW, job.id, now.line, now.last)
    kept = {job.id for job in old} & after.keys()
    before_steps = [step for job in old if job.id in kept for step in job.steps]
    yield from _weaker_steps(entry, before_steps, [step for job in new for step in job.steps])


def _weaker_steps(entry: Entry, old: list[Step], new: list[Step]) -> Iterator[tuple[str, Witness]]:
    left = Counter(step.identity for step in new)
    for step in old:
        if left[step.identity]:
            left[step.identity] -= 1
        elif not any(step.run and step.run.strip() in other.run for other in new):
            yield (
                f"the {step.identity[:80]} is gone",
                text_witness(entry.path, Side.OLD, step.identity, step.line, step.last),
            )
    was_off = Counter(step.identity for step in old if step.off)
    was_soft = Counter(found for step in old for found in _SOFT.findall(step.run))
    loose = Counter(step.uses.split("@", 1)[0] for step in old if _loose(step))
    pinned = {step.uses.split("@", 1)[0] for step in old if _SHA.fullmatch(step.uses.partition("@")[2])}
    for step in new:
        witness = text_witness(entry.path, Side.NEW, step.uses or step.run, step.line, step.last)
        if step.off:
            if was_off[step.identity]:
                was_off[step.identity] -= 1
            else:
                yield f"the {step.identity[:80]} no longer counts", witness
        for found in _SOFT.findall(step.run):
            if was_soft[found]:
                was_soft[found] -= 1
            else:
                yield f"a command ends in {found}", witness
        action = step.uses.split("@", 1)[0]
        if action in pinned and _loose(step):
            if loose[action]:
                loose[action] -= 1
                continue
            yield f"{action} is no longer pinned to a commit", witness


def _loose(step: Step) -> bool:
    """Whether a step uses an action by a tag or branch."""
    version = step.uses.partition("@")[2]
    return bool(version) and not _SHA.fullmatch(version)


def parse(table: Table) -> Callable[[Facts], Answer]:
    """Read `paths`."""
    paths = Globs(table.texts("paths", _PATHS), place=f"{table.place}.paths")

    def evaluate(facts: Facts) -> Answer:
        tally = Tally()
        for entry, file in facts.matching(paths):
            if entry.status == "A":
                continue
            tally.looked = True
            try:
                old, new = (() if text is None else jobs(entry.path, text) for text in sides(entry, file))
            except Undetermined as error:
                tally.unclear(f"{entry.path} {error.message}", entry_witness(entry))
                continue
            for words, witness in _weaker(entry, old, new):
                tally.broken(f"{entry.path}:{witness.lines[0]} {words}", witness)
        return tally.answer("the pipelines check as much as before", "no pipeline is changed")

    return evaluate
