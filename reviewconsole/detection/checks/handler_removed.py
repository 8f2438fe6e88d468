"""Find error handling that is taken off code which stays."""

from collections import Counter
from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.code import Statement, View, names
from reviewconsole.detection.failures import covered, handlers
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.removal import Guard, Loss, hit, losses, replaced
from reviewconsole.finding import Family, Severity

PAGE = page_of(
    "handler-removed",
    title="An error handler is removed",
    family=Family.RISK,
    severity=Severity.HIGH,
    what="Finds try and except, catch, rescue, `if err != nil`, `.catch(...)` and `recover()` that disappear while the "
    "call they guarded is still made, with no handler around it or around the caller in its place.",
    why="The failure still happens; nobody meets it any more. In its report on the outage of 12 June 2025 Google Cloud "
    "names a code path without appropriate error handling, which crashed on data with blank fields.",
    example="- try:\n-     charge(order)\n- except GatewayError:\n-     queue.retry(order)\n+ charge(order)",
    instead="Keep the handler, or name in the change the caller that handles the error now, "
    "with a test that provokes it.",
    references=("https://status.cloud.google.com/incidents/ow5i3PPK96RduMcb1SsW", "CWE-755", "CWE-391"),
    languages=("python", "go", "typescript", "java", "kotlin", "ruby"),
    alias="e-03",
)
_SIGN = re.compile(r"\b(except|catch|rescue|recover)\b|\berr\w*\s*!=\s*nil|\w[eE]rr\s*!=\s*nil")
_CHECKED = re.compile(r"\b(\w*[eE]rr\w*)\s*!=\s*nil")
_ORDINARY = re.compile(r"\b(ImportError|ModuleNotFoundError|KeyboardInterrupt|StopIteration|CancelledError)\b")
_STILL_TOLD = re.compile(r"(?i)\berror\(|\berror\w*\s*=|error\w*message|\braise\b|\bthrow\b|\.catch\(|on_?error")
"""The failure is met in another way."""
_AGAIN = re.compile(r"(raise|throw( \w+)?);?$|\}$")
_FINALLY = re.compile(r"\bfinally\b|\bdefer\b|\bensure\b|\bwith \w")
_CATCH = re.compile(r"\bcatch\b")
_ERROR = re.compile(r"\b(err\w*|\w+(Err|Error)\w*|\w+_err\w*)\b")


def _find(there: View) -> Iterator[Guard]:
    for handler in handlers(there):
        uses = {call.bare for call in there.calls_in(*handler.body)} or there.names_in(*handler.body)
        for clause in handler.clauses:
            yield Guard(
                first=clause.first,
                last=clause.last,
                key=(clause.first, clause.head),
                family="handler",
                uses=frozenset(uses),
                detail=str(handler.first),
            )
    if there.kind == "go":
        yield from _go(there)
    elif there.kind == "typescript":
        yield from _promises(there)


def _go(there: View) -> Iterator[Guard]:
    before = {row.first: there.statements[index - 1] for index, row in enumerate(there.statements) if index}
    for block in there.blocks:
        if block.word == "if" and _CHECKED.search(block.header):
            inline = block.header.split(";")[0] if ";" in block.header else ""
            row = before.get(block.first)
            text = inline or (row.text if row else "")
            called = re.findall(r"((?:\w+\.)?([A-Za-z_]\w*))\s*\(", text)
            yield Guard(
                first=block.first,
                last=block.last,
                key=(block.first, block.head),
                family="err",
                uses=frozenset(bare for _, bare in called[:1]),
                detail="".join(name for name, _ in called[:1]),
            )
    for row in there.statements:
        if re.search(r"\brecover\(\)", row.text):
            yield Guard(first=row.first, last=row.last, key=(row.first, row.last), family="recover", detail="recover")


def _promises(there: View) -> Iterator[Guard]:
    for call in there.calls:
        if call.bare == "catch":
            line = there.masked[call.first - 1]
            head = [*there.masked[max(0, call.first - 4) : call.first - 1], line.split(".catch", 1)[0]]
            uses = names(head[-1]) or names("\n".join(head))
            yield Guard(
                first=call.first, last=call.first, key=(call.first, call.first), family="promise", uses=frozenset(uses)
            )


_ALL_OF_THEM = 4


def check(context: Context) -> Iterator[Hit]:
    """Name each handler that is gone, at its first line."""
    seen: set[tuple[str, str]] = set()
    found = list(losses(context, _find, _SIGN))
    per_file = Counter(loss.source.path for loss in found if loss.guard.family == "handler")
    for loss in found:
        place = (loss.source.path, loss.guard.detail)
        if (loss.guard.family == "handler" and place in seen) or not _open(context, loss):
            continue
        seen.add(place)
        header = loss.source.old[loss.guard.key[0] - 1]
        if _only_again(loss):
            continue
        ordinary = _ORDINARY.search(header) or (loss.guard.family != "err" and replaced(loss, _STILL_TOLD))
        # Where a file loses many at once, they are handled in one place now.
        severity = Severity.MEDIUM if ordinary or per_file[loss.source.path] >= _ALL_OF_THEM else None
        yield hit(loss, PAGE.rule, "The error handling of a call that stays is gone", severity)


def _only_again(loss: Loss) -> bool:
    """Tell whether the handler did nothing but throw on what it caught."""
    rows = [row.strip() for row in loss.source.old[loss.guard.key[0] : loss.guard.last] if row.strip()]
    rows = [row for row in rows if not row.startswith(("//", "#", "*", "/*"))]
    thrown = any(_AGAIN.match(row) and row[0] in "rt" for row in rows[-2:])
    return bool(rows) and (all(_AGAIN.match(row) for row in rows) or (thrown and replaced(loss, _FINALLY)))


def _open(context: Context, loss: Loss) -> bool:
    """Tell whether what the handler guarded is met by nothing else in the host."""
    guard, host = loss.guard, loss.host
    if guard.family == "err":
        return _unhandled(context, loss)
    there = loss.view.names_in(host.first, host.last)
    if guard.family == "handler" and 3 * len(guard.uses & there) < 2 * len(guard.uses):
        return False
    if guard.uses & covered(loss.view, host.first, host.last):
        return False
    return guard.family != "promise" or not replaced(loss, _CATCH)


def _unhandled(context: Context, loss: Loss) -> bool:
    """Tell whether the call of a removed `if err != nil` is made and its error read by nobody."""
    if not loss.guard.detail:
        return False  # no call is seen that gave the error
    rows = loss.view.rows_in(loss.host.first, loss.host.last)
    called = re.compile(rf"\b{re.escape(loss.guard.detail)}\s*\(")
    for index, row in enumerate(rows):
        if not called.search(row.text) or row.text.startswith(("return", "func", "if", "switch", "for")):
            continue
        left = re.split(r":?=(?!=)", row.text, maxsplit=1)[0] if re.search(r"[^=!<>]=[^=]", row.text) else ""
        error = _ERROR.search(left)
        if error:
            open_ = not _read(rows[index + 1 : index + 12], error[0])
        elif left:
            open_ = bool(re.search(r"(^|,)\s*_\s*$", left.strip()))
        else:
            open_ = bool(re.match(r"[\w.]*\(", row.text)) and not _redefined(context, loss.guard.detail)
        if open_:
            return True
    return False


def _read(rows: list[Statement], error: str) -> bool:
    for row in rows:
        if row.text == "return":
            return True  # named results carry it
        if re.search(rf"\b{error}\b", row.text):
            return not re.match(rf"(var\s+)?(\w+\s*,\s*)*{error}(\s*,\s*\w+)*\s*:?=", row.text)
    return False


def _redefined(context: Context, name: str) -> bool:
    pattern = re.compile(rf"\bfunc\b.*\b{re.escape(name.rsplit('.', 1)[-1])}\(")
    return any(pattern.search(source.new[at - 1]) for source in context.sources for at in source.added)


CHECK = Check(page=PAGE, run=check)
