"""Find transactions that are taken off writes which stay."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.code import View
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.removal import Guard, Loss, hit, losses, marked, once_a_host
from reviewconsole.finding import Family, Severity

PAGE = page_of(
    "transaction-removed",
    title="A transaction is removed",
    family=Family.RISK,
    severity=Severity.HIGH,
    what="Finds transactions, commits and rollbacks that disappear around database writes that stay. "
    "With fewer than two writes left it counts as medium.",
    why="Without the bracket a failure between two writes leaves the first one behind: money taken and no order, "
    "and nothing that puts it right.",
    example="- with transaction.atomic():\n-     order.save()\n-     stock.save()\n+ order.save()\n+ stock.save()",
    instead="Keep writes that belong together in one transaction, or say what makes the second one follow (an outbox, "
    "an idempotent retry) and test a failure between them.",
    references=("CWE-662", "CWE-460", "https://docs.djangoproject.com/en/stable/topics/db/transactions/"),
    languages=("python", "go", "typescript", "java", "kotlin", "ruby", "sql"),
    alias="e-09",
)
_SIGN = re.compile(
    r"\batomic\b(?=\s*[(:\]]|\s*$)|\$?\btransaction\b(?=\s*\(|\s+do\b|\s*$|\.(?:atomic|commit|rollback|on_commit|begin|start|set_autocommit|savepoint)\w*\b)|\b[wW]ith_?[tT]ransaction\b"
    r"|\bTransactional\b"
    r"|\b[bB]egin(Tx|_nested|Transaction|_transaction)?\((?!\w+\))"
    r"|\bBegin(Tx)?\(|\b[cC]ommit\(|\b[rR]ollback\(|\bsavepoint\b"
    r"|\.begin\(\)|\bcommit_on_success\b|\bisolation_level\b"
)
_WRITE = re.compile(
    r"(?i)^(save|create|update|delete|insert|exec|execute|add|remove|put|persist|bulk|write|set|merge|upsert|destroy"
    r"|debit|credit|transfer|flush|increment|decrement|post|send|charge|record|store|append_to|mark|move|copy)"
)
_SQL = re.compile(r"^\s*(?i:BEGIN|START TRANSACTION|COMMIT|ROLLBACK)\b[^;]*;")
_CODE = frozenset({"python", "go", "typescript", "java", "kotlin", "ruby"})


def _find(there: View) -> Iterator[Guard]:
    if there.kind != "sql":
        yield from marked(there, _SIGN)
        return
    for at, line in enumerate(there.lines, 1):
        if _SQL.match(line[:2000]):
            yield Guard(first=at, last=at, key=(at, at))


def check(context: Context) -> Iterator[Hit]:
    """Name each transaction that is gone, once a host."""
    for loss in once_a_host(
        losses(context, _find, re.compile(f"{_SIGN.pattern}|{_SQL.pattern}"), _CODE | {"sql"}), _SIGN
    ):
        severity = loss.severity if _writes(loss) >= 2 else Severity.MEDIUM
        yield hit(loss, PAGE.rule, "Writes that stay are no longer one transaction", severity)


def _writes(loss: Loss) -> int:
    if loss.source.kind == "sql":
        return 2
    return sum(bool(_WRITE.match(call.bare)) for call in loss.view.calls_in(loss.host.first, loss.host.last))


CHECK = Check(page=PAGE, run=check)
