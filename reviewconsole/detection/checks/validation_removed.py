"""Find validations that are taken off values which are still used."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.code import CODE, Block, View, names
from reviewconsole.detection.guards import plain
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.quick import search
from reviewconsole.detection.removal import Guard, Loss, hit, losses
from reviewconsole.detection.source import Source, is_test
from reviewconsole.finding import Family, Severity, Side

PAGE = page_of(
    "validation-removed",
    title="A validation is removed",
    family=Family.RISK,
    severity=Severity.HIGH,
    what="Finds null, length, range, type and schema checks and assertions that disappear while the value they looked "
    "at is still used. An early return that merely skipped work counts as medium.",
    why="The value that is never wrong in a test arrives in production. Blank fields stopped Google Cloud's Service "
    "Control on 12 June 2025, a file over its limit Cloudflare's proxies on 18 November 2025, and content that its "
    "validator let pass crashed CrowdStrike's sensor in 2024.",
    example="- if not policy.quota:\n-     raise InvalidPolicy(policy.id)\n  apply(policy.quota)",
    instead="Keep the check where the value enters, or name the check that covers it now, with a test for the bad "
    "value.",
    references=(
        "https://status.cloud.google.com/incidents/ow5i3PPK96RduMcb1SsW",
        "https://blog.cloudflare.com/18-november-2025-outage/",
        "CWE-20",
        "CWE-1284",
    ),
    languages=("python", "go", "typescript", "java", "kotlin", "ruby", "rust"),
    alias="e-05",
)
_CALL = re.compile(
    r"(?:await\s+|self\.|this\.|return\s+)?(?:[\w.]+\.)?(?:validat\w*|full_clean|is_valid|requireNonNull\w*"
    r"|check(?:Argument|NotNull|State|Index)"
    r"|require|requireNotNull|checkNotNull|invariant|[eE]nsure\w*|verify_\w+|check_\w+|assert_\w+|must_be\w*"
    r"|[vV]alidate\w*)!?\s*\("
    r"|(?:\w+\s*:?=\s*)?[\w.]*(?:[sS]chema|[vV]alidator)\w*(?:\(\))?\.(?:parse|load|validate|safeParse|is_valid|check"
    r"|validateSync|Struct)\("
    r"|(?:\w+\s*:?=\s*)?\w+\.(?:model_validate|parse_obj|safeParse)\(|(?:debug_)?assert(?:_eq"
    r"|_ne)?!\(|ensure!\(|assert\b(?!\.)"
)
_SIGN = re.compile(rf"\b(if|elsif|elif|unless|guard)\b|{_CALL.pattern}")
_ANNOTATED = re.compile(r"@\w*(NotNull|Valid|Size|Min|Max|NotBlank|NotEmpty|Pattern)\b")
_HARD = re.compile(
    r"(raise|throw|fail|panic|abort|sys\.exit|os\.Exit|process\.exit|log\.Fatal\w*|reject|http\.Error|bail!)\b"
    r"|.*\bthrow\b|return Err\("
    r"|return\b.*(\b(?:err|\w*(?:_err|Err|[eE]rror))\w*|\b4\d\d\b|[bB]ad_?[rR]equest|[fF]orbidden|[uU]nauthori[sz]ed|[iI]nvalid)"
    r"|(res|resp|response|ctx|c|reply)\.(status|sendStatus|AbortWith\w+|code)\(|.*\babort\("
)
_SOFT = re.compile(r"(return|continue|break|next)\b")
_VALUE = re.compile(
    r"\bis (not )?None\b|\bnot\b|!|[=!]==?\s*(nil|null|undefined|None|0|\"\s*\"|'\s*')|\blen\(|\.length\b|\.size\b"
    r"|[<>]|isinstance|typeof|\bin\b"
    r"|[eE]mpty|blank|nil\?|is_?[vV]alid|NaN|match|startswith|hasOwn"
)
_ELSEWHERE = re.compile(
    r"(?i)\b(if|elif|assert|raise|throw|require|unless|guard|when)\b|valid|check|ensure|schema|sanitiz|parse|verify"
    r"|default|\?\?|or_?else"
)
_SUBJECT = re.compile(r"^\s*(?:if|elif|unless)\s*\(?\s*(?:not\s+|!\s*)?([a-zA-Z_]\w{3,})\.\w+\(\)")
"""What is asked, where a method of its own tells."""
_PART = re.compile(r"\b[a-z]\w*\.([A-Za-z_]\w*)\b(?!\s*\()")
_ABSENT = re.compile(r"\bif\s+(\w+)\s+is\s+None\b")
_TELLING = 20
"""Shorter exits are written in many places."""
_NOT_OURS = re.compile(
    r"\b\w*[eE]rr\w*\s*!=\s*nil|\.ok\b|\bstatus_?[cC]ode\b|StatusCode|returncode|\bverbose\b|\bdebug\b|__name__"
)


def _find(there: View) -> Iterator[Guard]:
    blocks: dict[int, Block] = {}
    for block in there.blocks:
        if block.word in ("if", "unless", "elsif", "elif") and block.last - block.head <= 8:
            blocks[block.first] = block
    for row in there.statements:
        around = blocks.get(row.first)
        kind, text, last, called = "", row.text, row.last, False
        if _NOT_OURS.search(row.text):
            continue
        if around:
            exits = [each.text for each in there.rows_in(around.head + 1, around.last)] or [
                row.text.rsplit("{", 1)[-1].strip()
            ]
            exits += [row.text.split(": ", 1)[-1]] if around.head == around.last else []
            kind, text, last = _kind(exits), around.header, around.last
        elif re.match(r"if\s*\(.*\)\s*(throw|return)\b", row.text):
            kind = "hard" if "throw" in row.text else "soft"
        elif re.match(r"(raise|return|fail|next)\b.*\b(if|unless)\b", row.text):
            kind = "hard" if row.text.startswith(("raise", "fail")) else "soft"
        elif _CALL.match(row.text) or _ANNOTATED.match(row.text):
            kind, called = "hard", True
        uses = names(re.sub(r"\b(raise|throw|new)\b.*", "", text) if around is None else text)
        if kind and (called or _VALUE.search(text) or (kind == "hard" and "==" not in text)):
            yield Guard(
                first=row.first, last=last, key=(row.first, row.last), uses=frozenset(uses), detail=kind,
                text=there.lines[row.first - 1],
            )  # fmt: skip


def _kind(exits: list[str]) -> str:
    if any(_HARD.match(text) for text in exits):
        return "hard"
    return "soft" if any(_SOFT.match(text) for text in exits) else ""


def check(context: Context) -> Iterator[Hit]:
    """Name each validation that is gone."""
    for loss in losses(context, _find, _SIGN, CODE):
        if is_test(loss.source.path) or "mock" in loss.source.path or not loss.guard.uses or _checked(context, loss):
            continue
        if _required_now(loss):
            continue
        subject = _SUBJECT.search(loss.source.old[loss.guard.first - 1])
        there = loss.view.names_in(loss.host.first, loss.host.last)
        parts = set(_PART.findall(loss.source.old[loss.guard.first - 1])) if loss.guard.detail == "hard" else set()
        if (parts and not parts & there) or _still_refused(loss):
            continue
        if subject and subject[1] not in loss.view.names_in(loss.host.first, loss.host.last):
            continue
        # An assertion that a value is there is often the type checker's.
        narrows = re.match(r"\s*assert\b.*\bis not None\b", loss.source.old[loss.guard.first - 1])
        refuses = any(
            _HARD.match(loss.source.new[at - 1].strip()[:2000])
            for at in loss.source.added
            if loss.host.first <= at <= loss.host.last
        )
        severity = loss.severity if loss.guard.detail == "hard" and not narrows and not refuses else Severity.MEDIUM
        yield hit(loss, PAGE.rule, "A value that is still used is no longer checked", severity)


def _required_now(loss: Loss) -> bool:
    """Tell whether what was asked for is an argument that now has to be given."""
    asked = _ABSENT.search(loss.source.old[loss.guard.first - 1])
    old = loss.source.host(Side.OLD, loss.guard.first)
    if not asked or old is None:
        return False
    given = re.compile(rf"\b{asked[1]}\b[^,=]*=\s*None\b")
    before = " ".join(loss.source.old[old.header - 1 : loss.guard.first - 1])
    after = " ".join(loss.source.new[loss.host.header - 1 : loss.host.header + 12])
    return bool(given.search(before)) and not given.search(after) and asked[1] in after


def _still_refused(loss: Loss) -> bool:
    """Tell whether the host refuses as often as before with the same words: the test has another form."""
    source, host = loss.source, loss.host
    old = source.host(Side.OLD, loss.guard.first)
    before = [plain(row) for row in source.old[old.first - 1 : old.last]] if old else []
    after = [plain(row) for row in source.new[host.first - 1 : host.last]]
    rows = source.old[loss.guard.first - 1 : loss.guard.last]
    exits = {plain(row) for row in rows if _HARD.match(row.strip()[:2000]) and len(plain(row)) > _TELLING}
    return bool(exits) and all(0 < before.count(row) <= after.count(row) for row in exits)


def _checked(context: Context, loss: Loss) -> bool:
    """Tell whether an added line looks at one of the same names."""
    for source in context.sources:
        if source.kind != loss.source.kind or is_test(source.path):
            continue
        uses = {use for use in loss.guard.uses if source is loss.source or len(use) > 4}
        if uses & _looked_at(source):
            return True
    return False


def _looked_at(source: Source) -> set[str]:
    """The names on added lines that may check something."""
    return source.once("looked-at", Side.NEW, lambda: set().union(*map(names, _checks(source))))


def _checks(source: Source) -> Iterator[str]:
    rows = (source.new[at - 1][:2000] for at in source.added)
    return (row for row in rows if search(_ELSEWHERE, row))


CHECK = Check(page=PAGE, run=check)
