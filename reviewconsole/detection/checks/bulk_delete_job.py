"""Find statements and jobs that delete or change every row."""

from collections import Counter
from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.bulk import Bulk, bulk
from reviewconsole.detection.commands import added
from reviewconsole.detection.hits import hit
from reviewconsole.detection.migrations import goes_back, is_migration, operations
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.moves import Moves, moves_of
from reviewconsole.detection.operations import Verb
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.source import Source
from reviewconsole.finding import Confidence, Family, Severity, Side

PAGE = page_of(
    "bulk-delete-job",
    title="Every row is deleted or changed",
    family=Family.RISK,
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    what="Finds DELETE and UPDATE without WHERE, TRUNCATE, deletions through a whole model or query, and clean-up by "
    "age without a dry run or a list of what to keep, in SQL, programs and scripts.",
    why="At Travis CI a job deleted virtual machine images by age, and tests truncated the production database; at "
    "Atlassian in 2022 a deletion script took customers' sites down for up to 14 days.",
    example="- DELETE FROM sessions WHERE expires_at < now();\n+ DELETE FROM sessions;",
    instead="Say which rows, count them first and stop above a limit, delete in batches, and mark before you delete.",
    references=("https://github.com/danluu/post-mortems", "Atlassian: post-incident review of April 2022"),
    languages=("sql", "python", "typescript", "go", "ruby", "java", "shell", "makefile", "workflow"),
    alias="d-12",
)
_TEMPORARY = re.compile(r"(^|_)(tmp|temp|temporary|staging|scratch|stage|cache)(_|$)|^_")
_BY_AGE = re.compile(
    r"\bfind\s.*-(mtime|mmin|ctime|atime|older)\b.*(-delete\b|-exec\s+rm\b|xargs\s.*\brm\b)"
    r"|\b(describe-images|describe-snapshots|list-images|images\s+list)\b.*(deregister|delete)"
)
_HARMLESS = re.compile(r"/(var/)?(tmp|log|cache)\b|\.cache|\*\.log|\*\.tmp|\*\.pyc|__pycache__", re.IGNORECASE)
_CAREFUL = re.compile(
    r"dry[-_ ]?run|--exclude|-not\s+-(name|path)|!\s+-(name|path)|whitelist|allow_?list|keep_?list", re.IGNORECASE
)


def check(context: Context) -> Iterator[Hit]:
    """Name each place that the old side does not have."""
    moves = moves_of(
        (source.path, place.text)
        for source in context.sources
        if source.removed
        for place in bulk(source, Side.OLD)
        if source.touched(Side.OLD, place.first, place.last)
    )
    for source in context.sources:
        if source.has_new and (source.added or source.removed):
            yield from _fresh(source, moves)
            yield from _by_age(source)


def _fresh(source: Source, moves: Moves) -> Iterator[Hit]:
    if not bulk(source, Side.NEW):
        return
    before = Counter((place.table, place.effect) for place in bulk(source, Side.OLD))
    altered = Counter(
        (place.table, place.effect)
        for place in bulk(source, Side.OLD)
        if source.touched(Side.OLD, place.first, place.last)
    )
    for place in bulk(source, Side.NEW):
        touched = source.touched(Side.NEW, place.first, place.last)
        if not touched and before[place.table, place.effect] > 0:
            before[place.table, place.effect] -= 1
            continue
        if touched and altered[place.table, place.effect] > 0:
            altered[place.table, place.effect] -= 1
            continue
        if moves.took(source.path, place.text) or _expected(source, place):
            continue
        message = f"Every row{' of ' + place.table if place.table else ''} is {place.effect}"
        if touched:
            yield hit(PAGE, source, Side.NEW, (place.first, place.last), message)
        else:
            # Only lines went: what said which rows is on the old side.
            line = _nearest(source, place)
            if line:
                yield hit(PAGE, source, Side.OLD, (line, line), message)


def _nearest(source: Source, place: Bulk) -> int:
    shift = len(source.old) - len(source.new)
    near = [at for at in sorted(source.removed) if place.first - 3 <= at <= place.last + max(shift, 0) + 3]
    return next(
        (at for at in near if re.search(r"where|filter|exclude|limit|and ", source.old[at - 1], re.IGNORECASE)),
        near[0] if near else 0,
    )


def _expected(source: Source, place: Bulk) -> bool:
    """Tell whether the rows are nobody's yet: a helper table, one that the file creates, a new column."""
    if _TEMPORARY.search(place.table):
        return True
    if source.kind == "sql" and goes_back(source, place.first):
        return True
    if place.table and _refilled(source, place):
        return True
    if not is_migration(source):
        return bool(place.table) and any(
            re.search(rf"\bCREATE\s+(TEMP\w*\s+)?TABLE\b.*\b{re.escape(place.table)}\b", row, re.IGNORECASE)
            for row in source.new
        )
    steps = operations(source)
    if any(step.back and step.first <= place.first <= step.last for step in steps):
        return True
    ahead = [step for step in steps if not step.back and step.table == place.table and step.first <= place.first]
    fills = place.effect == "changed" and any(step.verb is Verb.ADD_COLUMN for step in ahead)
    return fills or any(step.verb is Verb.CREATE_TABLE for step in ahead)


def _refilled(source: Source, place: Bulk) -> bool:
    """Tell whether the rows are written anew right after: the table is a copy of something else."""
    pattern = re.compile(
        rf"\b(INSERT\s+(INTO|OVERWRITE)|COPY|LOAD\s+DATA)\b.*\b{re.escape(place.table)}\b", re.IGNORECASE
    )
    text = " ".join(" ".join(source.new[place.first - 1 : place.last + 400]).split())
    return place.effect == "deleted" and bool(pattern.search(text[:50_000]))


def _by_age(source: Source) -> Iterator[Hit]:
    if source.kind not in ("shell", "makefile", "workflow", "dockerfile", "yaml", "text"):
        return
    careful = any(_CAREFUL.search(row) for row in source.new)
    for command in added(source):
        if _BY_AGE.search(command.text) and not careful and not _HARMLESS.search(command.text):
            message = "What is old is deleted, without a dry run or a list of what to keep"
            yield hit(PAGE, source, Side.NEW, (command.first, command.last), message)


CHECK = Check(page=PAGE, run=check)
