"""Find migrations that are changed after they landed."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.hits import hit
from reviewconsole.detection.migrations import is_migration, operations
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.operations import Verb
from reviewconsole.detection.pages import page_of
from reviewconsole.finding import Family, Severity, Side

PAGE = page_of(
    "migration-edited",
    title="A migration that has landed is changed",
    family=Family.RISK,
    severity=Severity.MEDIUM,
    what="Finds migrations that stood in the repository before the change and whose steps on the way up are other ones "
    "now. Comments, formatting and the way back do not count.",
    why="Where it ran it does not run again: from here on there are databases of two kinds under one version, and what "
    "is tested on a fresh one is not what production has. Tools with checksums (Flyway, sqlx) refuse to start.",
    example="-ALTER TABLE orders ADD COLUMN status text;\n+ALTER TABLE orders ADD COLUMN status varchar(20);",
    instead="Leave it and add another migration; where it ran nowhere yet, say so in the change.",
    references=(
        "Flyway documentation: validate",
        "https://docs.djangoproject.com/en/stable/topics/migrations/",
    ),
    languages=("python", "sql", "ruby", "typescript", "go", "java", "kotlin"),
    alias="m-11",
)
_DATED = re.compile(r"(^|/)(V?\d{3,}[\d_.]*[-_][^/]*|[0-9a-f]{8,}_[^/]*|\d{8,}[^/]*/[^/]*)$")
_SAID = frozenset({Verb.OTHER, Verb.SETTING, Verb.BEGIN, Verb.COMMIT})


def check(context: Context) -> Iterator[Hit]:
    """Name each such migration once, at its first changed step."""
    for source in context.sources:
        edited = source.has_old and source.has_new and source.added and not source.old_path
        if not edited or not _DATED.search(source.path) or not is_migration(source):
            continue
        before = {_plain(step.text) for step in operations(source, Side.OLD) if not step.back}
        for step in operations(source) if before else ():
            touched = source.touched(Side.NEW, step.first, step.last)
            if touched and not step.back and step.verb not in _SAID and _plain(step.text) not in before:
                message = "This migration has landed already: where it ran, this change never arrives"
                yield hit(PAGE, source, Side.NEW, (step.first, step.last), message)
                break


def _plain(text: str) -> str:
    return re.sub(r"[\s\"'`();,]+", " ", text).strip().lower()


CHECK = Check(page=PAGE, run=check)
