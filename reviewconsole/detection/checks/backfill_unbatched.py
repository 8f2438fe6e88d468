"""Find migrations that rewrite rows in one go."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.hits import hit
from reviewconsole.detection.migrations import created, created_here, forward, migrations, operations
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.operations import Fact, Operation, Verb
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.source import Source
from reviewconsole.finding import Family, Severity, Side

PAGE = page_of(
    "backfill-unbatched",
    title="A migration rewrites rows without batches",
    family=Family.RISK,
    severity=Severity.HIGH,
    what="Finds UPDATE statements, update_all and loops over a model in a migration that neither take the rows in "
    "batches nor pause between them. An update of named rows does not count, nor one of groups, permissions or "
    "sites.",
    why="One statement over a large table holds its locks and its undo log until it ends, replicas fall behind, and a "
    "failure near the end starts it all again.",
    example="+ UPDATE orders SET currency = 'EUR';",
    instead="Fill in batches by primary key outside of the schema migration, with a pause and a way to resume.",
    references=("strong_migrations: backfilling data", "GoCardless: zero-downtime Postgres migrations, the hard parts"),
    languages=("python", "sql", "ruby", "typescript", "go"),
    alias="m-08",
)
_NAMED = re.compile(
    r"\bWHERE\b.*\b(\w*id|slug|key|name|code|uuid|email\w*|app_label|type)\b[\"'`)]*\s*(=\s*['\"\d:%{?$]|IN\s*\(\s*['\"\d])",
    re.IGNORECASE,
)
_FEW = re.compile(
    r"\b(Permission|Group|ContentType|Site|SiteSettings)\b(\.objects)?\."
    r"|^(groups|permissions|sites|apps|content_types|channels|roles|languages|countries)\b"
    r"|\b(?i:UPDATE)\s+[`\"']?(\w+\.)?\w*(permission|role|setting|config|lookup|locale|country|countries|currency"
    r"|currencies|code)s?[`\"']?\s"
    r"|\b(auth_permission|auth_group|django_content_type|django_site)\b"
)
"""Tables that hold as many rows as there are kinds of something."""
_NAMED_CALL = re.compile(
    r"(filter|where|get|exclude)\(\s*:?\w*(id|pk|slug|name|key|code|email|app_label)(__in)?\s*(=|:|==)"
)
_BATCHES = re.compile(
    r"batch|chunk|\bsleep\(|pg_sleep|in_groups_of|find_each|RangeQuerySet|\bLIMIT\s+[\w:$%{]", re.IGNORECASE
)


def check(context: Context) -> Iterator[Hit]:
    """Name each such step on a table that the change does not create."""
    young = created(context)
    for source in migrations(context):
        here = created_here(source)
        if any(_BATCHES.search(row[:500]) for row in source.new):
            continue
        for step in forward(source):
            if step.verb not in (Verb.UPDATE, Verb.LOOP) or Fact.IN_BATCHES in step.facts:
                continue
            if (step.table in young | here and step.table) or _named(step) or _covered(step, source):
                continue
            message = f"All matching rows of {step.table or 'a table'} are changed in one go"
            yield hit(PAGE, source, Side.NEW, (step.first, step.last), message)


def _named(step: Operation) -> bool:
    return bool(_FEW.search(step.text) or _NAMED.search(step.text) or _NAMED_CALL.search(step.text))


def _covered(step: Operation, source: Source) -> bool:
    """Tell whether a loop that is named already holds this update."""
    if step.verb is not Verb.UPDATE:
        return False
    return any(
        other.verb is Verb.LOOP and other.first < step.first <= other.first + 15 and other.first in source.added
        for other in operations(source)
    )


CHECK = Check(page=PAGE, run=check)
