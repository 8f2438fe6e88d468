"""Find changes that take something out of the schema and out of the code that reads it, at once."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.code import CODE
from reviewconsole.detection.hits import hit
from reviewconsole.detection.migrations import forward, is_migration, made_before, migrations
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.operations import Verb
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.source import is_nonproduction
from reviewconsole.finding import Confidence, Family, Severity, Side

PAGE = page_of(
    "code-with-schema",
    title="Code and schema change in one step",
    family=Family.BOUNDARY,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    what="Finds columns and tables that a migration drops or renames in the same change that takes them out of the "
    "code.",
    why="The migration runs first and the old version is still up: until the last of its instances is gone, each of "
    "its queries fails. A rollback of the code meets a schema that has lost what it reads.",
    example='-    email = models.EmailField()\n+        migrations.RemoveField("user", "email"),',
    instead="Two changes: take it out of the code, let that roll out everywhere, then drop it.",
    references=(
        "strong_migrations: removing a column",
        "https://martinfowler.com/bliki/ParallelChange.html",
    ),
    languages=("python", "sql", "ruby", "typescript", "go", "java", "kotlin"),
    alias="m-10",
)
_GONE = frozenset({Verb.DROP_COLUMN, Verb.DROP_TABLE, Verb.RENAME_COLUMN, Verb.RENAME_TABLE})
_SHORT = 3


def check(context: Context) -> Iterator[Hit]:
    """Name the first such step of each migration, with the file that stops reading what goes."""
    for source in migrations(context):
        for step in forward(source):
            name = step.table if step.verb in (Verb.DROP_TABLE, Verb.RENAME_TABLE) else step.column
            if step.verb not in _GONE or len(name) < _SHORT or made_before(context, source, step):
                continue
            reader = _reader(context, name)
            if reader:
                message = f"{reader} stops using {name} in this same change: what runs now still does when this has run"
                yield hit(PAGE, source, Side.NEW, (step.first, step.last), message)
                break


def _reader(context: Context, name: str) -> str:
    spelt = {name, "".join(part.capitalize() for part in name.split("_"))}
    camel = re.sub(r"_(\w)", lambda found: found[1].upper(), name)
    pattern = re.compile(rf"(?<![\w-])({'|'.join(map(re.escape, sorted(spelt | {camel})))})(?![\w-])")
    for source in context.sources:
        if source.kind not in CODE or not source.has_new or is_nonproduction(source.path) or is_migration(source):
            continue
        if any(
            pattern.search(source.old[at - 1][:2000]) for at in source.removed if not source.is_comment(Side.OLD, at)
        ):
            return source.path
    return ""


CHECK = Check(page=PAGE, run=check)
