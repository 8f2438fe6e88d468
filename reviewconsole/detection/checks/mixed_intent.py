"""Ask whether one change does several kinds of thing at once."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.code import CODE
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.source import Source, is_nonproduction
from reviewconsole.finding import Family, Severity, Side

PAGE = page_of(
    "mixed-intent",
    title="Infrastructure, schema and code in one change",
    family=Family.BOUNDARY,
    severity=Severity.MEDIUM,
    what="Finds changes that touch infrastructure, database migrations and application code together.",
    why="The three are rolled out at different times by different tools, and rolled back in another order. What is "
    "reviewed as one cannot be taken back as one.",
    example="infra/prod/db.tf, migrations/0042_split.py and billing/charge.py in one change",
    instead="Split it: first the schema in a form that old and new code can live with, then the code, then the rest.",
    references=("https://sre.google/sre-book/release-engineering/", "CWE-1120"),
    languages=("any file",),
    alias="b-03",
)
_INFRA = re.compile(
    r"\.(tf|tfvars|tofu|bicep)$|(^|/)(k8s|kubernetes|helm|charts|kustomize|terraform|infra(structure)?|deploy(ments?)?)/.*\.ya?ml$|Pulumi\.\w+\.yaml$"
)
_SCHEMA = re.compile(r"(^|/)(migrations?|migrate|alembic|versions|schema|db/migrate)/.*\.(py|sql|rb|go|ts|js)$")


def check(context: Context) -> Iterator[Hit]:
    """Say it once a change, at the infrastructure."""
    kinds: dict[str, Source] = {}
    for source in context.sources:
        if is_nonproduction(source.path) or not (source.added or source.removed):
            continue
        kind = _kind(source)
        if kind:
            kinds.setdefault(kind, source)
    if len(kinds) < 3:
        return
    source = kinds["infrastructure"]
    side = Side.NEW if source.added else Side.OLD
    at = min(source.changed(side))
    others = ", ".join(sorted(kinds[kind].path for kind in ("schema", "code")))
    yield Hit(
        rule=PAGE.rule,
        source=source,
        side=side,
        line=at,
        end_line=at,
        text=source.lines(side)[at - 1].strip() or source.path,
        message=f"One change touches infrastructure, schema and code ({others})",
    )


def _kind(source: Source) -> str:
    if _SCHEMA.search(source.path):
        return "schema"
    if _INFRA.search(source.path):
        return "infrastructure"
    return "code" if source.kind in CODE else ""


CHECK = Check(page=PAGE, run=check)
