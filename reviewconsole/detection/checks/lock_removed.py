"""Find locks that are taken off code which stays."""

from collections.abc import Iterator
from dataclasses import replace

from reviewconsole import lazy_re as re
from reviewconsole.detection.code import CODE, View
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.removal import Guard, Loss, hit, losses, marked, once_a_host
from reviewconsole.finding import Family, Severity

PAGE = page_of(
    "lock-removed",
    title="A lock is removed",
    family=Family.RISK,
    severity=Severity.HIGH,
    what="Finds mutexes, row locks, advisory locks and synchronized sections that disappear around code that stays.",
    why="A race shows under load and not in a test. Two workers then take the last item, run the same job, or write "
    "over each other's state.",
    example="- with self._lock:\n-     self.balance -= amount\n+ self.balance -= amount",
    instead="Keep the lock, or put an atomic operation in its place (conditional update, compare and swap) and say why "
    "it is enough.",
    references=("CWE-362", "CWE-667", "https://www.postgresql.org/docs/current/explicit-locking.html"),
    languages=("python", "go", "typescript", "java", "kotlin", "ruby", "rust", "sql"),
    alias="t-12",
)
_SIGN = re.compile(
    r"\b(?!un|block|is_|isL|[\w]*_locked)\w*[lL]ock(ed|s|ing)?\s*(?::\s*$|\.(acquire|lock|read|write)\b|\.(R?Lock)\(|\(\)\s*:$"
    r"|\s+as\s+\w+\s*:)"
    r"|\.(R?Lock|lock|tryLock|TryLock|with_lock|acquire)\(|\bsynchronized\b|\bselect_for_update\b|\bwith_for_update\b"
    r"|\b(redis_?[lL]ock|advisory_lock|pg_(try_)?advisory\w*|flock|lockf|runExclusive|setnx)\s*\("
    r"|\bwith\s+[\w.]*[mM]utex\b"
    r"|\bwith\s+[\w.]*(_lock|[lL]ock)\b|\b[\w.]*[mM]u(tex)?\.synchronize\b|\.lock!"
)
_TAKES = re.compile(r"\bsynchronized\b|\.(R?Lock|lock|acquire|tryLock)\(|\bwith [\w.]*lock\b", re.IGNORECASE)
_FREED = re.compile(r"\b[uU]n[lL]ock|\brelease\(")
_QUERY = re.compile(r"\bFOR (NO KEY )?UPDATE\b|\bLOCK TABLE\b|\bpg_(try_)?advisory\w*lock|\bGET_LOCK\(", re.IGNORECASE)
_STANDS_IN = re.compile(
    f"{_SIGN.pattern}|FOR UPDATE"
    r"|(?i:\b(?:lock|mutex|atomic|semaphore|compare_?and_?swap|on conflict|serializable)\w*)"
    r"|\bF\(|\bsync\.(Map|Once)\b|\bconcurrent\b"
)


def _find(there: View) -> Iterator[Guard]:
    if there.kind != "sql":
        for guard in marked(there, _SIGN, skip=_FREED):
            # What a lock guards is the rest of its host; what it is called on often goes with it.
            uses = guard.uses if guard.governs else frozenset()
            yield replace(guard, uses=uses)
    for at, line in enumerate(there.lines, 1):
        if _QUERY.search(line[:2000]) and not line.lstrip().startswith(("#", "//", "--", "*")):
            yield Guard(first=at, last=at, key=(at, at), text=line, family="query")


def check(context: Context) -> Iterator[Hit]:
    """Name each lock that is gone, once a host."""
    for loss in once_a_host(
        losses(context, _find, re.compile(f"{_SIGN.pattern}|(?i:{_QUERY.pattern})"), CODE | {"sql"}), _STANDS_IN
    ):
        if not _locked_otherwise(loss):
            yield hit(loss, PAGE.rule, "Code that stays is no longer locked")


def _locked_otherwise(loss: Loss) -> bool:
    """Tell whether the change gives the file as many locks of another kind."""
    source = loss.source
    came = sum(bool(_TAKES.search(source.new[at - 1][:2000])) for at in source.added)
    gone = sum(bool(_TAKES.search(source.old[at - 1][:2000])) for at in source.removed)
    return came > 0 and came >= gone


CHECK = Check(page=PAGE, run=check)
