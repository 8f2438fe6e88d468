"""Name calls that reach out of the program and whose failure nothing provides for.

By pattern on calls and statements, per language; the sentence says what happens when the call fails.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from reviewconsole import lazy_re as re
from reviewconsole.detection.code import Call, View


@dataclass(frozen=True, kw_only=True, slots=True)
class Unhandled:
    """One such call, and what follows from its failure."""

    first: int
    last: int
    message: str


_ALIAS = re.compile(r"^\s*import\s+(requests|httpx)\s+as\s+(\w+)")
_VERBS = r"(get|post|put|patch|delete|request)"
_PYTHON_REMOTE = re.compile(
    rf"^((requests|httpx|session|client)\.{_VERBS}|((urllib\.)?request\.)?urlopen"
    r"|(s3|sqs|sns|dynamodb|ec2|lambda_client)\.\w+)$"
)
_PYTHON_DATABASE = re.compile(r"^(cursor|conn|connection|db|session)\.execute$")
_PYTHON_FILE = re.compile(r"^shutil\.(move|copy\w*)$")
_PYTHON_PARSES = re.compile(r"\b(json|yaml|toml|tomllib|pickle|csv)\.(load|safe_load|reader|DictReader)\(")
_PYTHON_ANSWERED = re.compile(
    r"\btry\s*:|\braise_for_status\b|\braise\b|status_code|\bsuppress\(|\.ok\b|is_success|@retry|\.exists\(|is_file\("
)
_TYPESCRIPT = re.compile(r"^(fetch|axios(\.\w+)?|got|prisma\.\w+\.\w+|db\.\w+|pool\.query|client\.query)$")
_TYPESCRIPT_ANSWERED = re.compile(r"\btry\b|\.catch\(|\.ok\b|\.status\b|\bthrow\b")
_WRITES = re.compile(r"[\"'](w|wb|wt)[\"']")
_READS = re.compile(r"\.(json|text|content|body|data)\b")


def of_function(there: View, first: int, last: int) -> Unhandled | None:
    """The first unhandled call of a Python or TypeScript function that is new; None when its text answers."""
    body = "\n".join(there.masked[first - 1 : last])
    answered = {"python": _PYTHON_ANSWERED, "typescript": _TYPESCRIPT_ANSWERED}.get(there.kind)
    if answered is None or answered.search(body):
        return None
    kinds = _python(there) if there.kind == "python" else ((_TYPESCRIPT, "remote"),)
    for call in there.calls_in(first, last):
        kind = next((kind for pattern, kind in kinds if pattern.match(call.name)), "")
        if not kind and there.kind == "python" and call.name == "open":
            kind = _opened(there, call, body)
        if kind:
            return Unhandled(first=call.first, last=call.last, message=_said(kind, call, body))
    return None


def _python(there: View) -> tuple[tuple[re.Pattern[str], str], ...]:
    known = ((_PYTHON_REMOTE, "remote"), (_PYTHON_DATABASE, "database"), (_PYTHON_FILE, "copy"))
    names = {match[2] for row in there.lines if "import" in row and (match := _ALIAS.match(row[:200]))}
    if not names:
        return known
    return (*known, (re.compile(rf"^({'|'.join(sorted(names))})\.{_VERBS}$"), "remote"))


def _opened(there: View, call: Call, body: str) -> str:
    if _WRITES.search(call.arguments):
        return "write" if not re.search(r"tempfile|NamedTemporary|os\.replace|\.rename\(", body) else ""
    return "parse" if _PYTHON_PARSES.search(body) and there.kind == "python" else ""


def _said(kind: str, call: Call, body: str) -> str:
    name = call.name
    if kind == "remote" and _READS.search(body):
        return f"What {name} answers is taken for data, also when it is an error"
    return {
        "remote": f"Nothing says what happens when {name} fails",
        "database": f"Nothing says what happens when {name} fails: no handler and no way back",
        "copy": f"Nothing says what happens when {name} fails halfway",
        "write": "A file is written in place: a crash halfway leaves half of it",
        "parse": "A file that is missing or broken stops this: opening and parsing it has no handler",
    }[kind]


_GO_IGNORED = re.compile(
    r"^(?:defer\s+)?((?:json|yaml|xml)\.Unmarshal|[\w.]*(?:[dD]b|DB|[tT]x|conn|pool)\.(?:Exec|ExecContext|Commit)"
    r"|os\.(?:Remove|RemoveAll|Rename|WriteFile|MkdirAll|Chmod)|(?:row|rows)\.Scan"
    r"|\w*(?:srv|server|http)\.ListenAndServe(?:TLS)?)\("
)
_GO_BLANK = re.compile(
    r"^\w+\s*,\s*_\s*:?=\s*([\w.]*\b(?:http|os|io|ioutil|sql|db|DB|tx|conn|client|json|c|s)\.[A-Z]\w*)\("
)
_GO_ANSWER = re.compile(
    r"\b(\w+)\s*,\s*\w+\s*:?=\s*(?:[\w.]*\b(http\.(?:Get|Post|PostForm|Head|DefaultClient\.Do)|[\w.]*[cC]lient(?:\(\))?\.Do))\("
)
_CLEANUP = re.compile(r"^defer\s+os\.")


def of_go(there: View, first: int, last: int) -> Iterator[Unhandled]:
    """Errors that Go code throws away, and answers whose status it never looks at, between two lines."""
    for row in there.rows_in(first, last):
        ignored = _GO_IGNORED.match(row.text)
        if ignored and not _CLEANUP.match(row.text) and not _cleans(there, row.first):
            yield Unhandled(
                first=row.first, last=row.last,
                message=f"The error of {ignored[1]} is never looked at: a failure passes for success",
            )  # fmt: skip
        blank = _GO_BLANK.match(row.text)
        if blank:
            yield Unhandled(first=row.first, last=row.last, message=f"The error of {blank[1]} is thrown away")
        answer = _GO_ANSWER.search(row.text)
        if answer:
            rest = "\n".join(there.masked[row.last : last])
            name = re.escape(answer[1])
            looked = re.search(rf"\b{name}\.Status\w*|\breturn\b[^\n]*\b{name}\b(?!\.)|[(,&]\s*{name}\s*[,)]", rest)
            if answer[1] != "_" and not looked and re.search(rf"\b{name}\.Body\b(?!\.Close)", rest):
                yield Unhandled(
                    first=row.first, last=row.last,
                    message=f"The status of {answer[2]} is never looked at: an error page is taken for data",
                )  # fmt: skip


def _cleans(there: View, line: int) -> bool:
    """Tell a removal of something temporary."""
    return bool(re.search(r"(?i)tmp|temp|socket|pidfile", there.lines[line - 1]))


_JAVA_SEND = re.compile(r"\b(\w+)\s*=\s*(\w*[cC]lient\.send)\(")
_RUST_SENT = re.compile(
    r"\blet\s+(?:mut\s+)?(\w+)\s*(?::[^=]+)?=\s*(reqwest::get|[\w.]*[cC]lient\s*\.\s*(?:get|post|put|patch|delete|execute))\("
)
_RUST_DROPPED = re.compile(
    r"^let\s+_\s*=\s*([\w.]*[cC]lient\s*\.\s*(?:get|post|put|patch|delete|execute)|sqlx::query\w*)\b.*\.await$"
)


def of_answer(there: View, first: int, last: int) -> Iterator[Unhandled]:
    """Answers whose status Java or Rust code never looks at, and results that Rust code drops."""
    whole = "\n".join(there.masked[first - 1 : last])
    for row in there.rows_in(first, last):
        text = row.text.rstrip(";").strip()
        sent = (_JAVA_SEND if there.kind == "java" else _RUST_SENT).search(text)
        if sent and not re.search(r"statusCode\(|error_for_status|\.status\(|is_success", whole):
            read = rf"\b{re.escape(sent[1])}\s*\.\s*(body|json|text|bytes)\b"
            if re.search(read, whole) or re.search(r"\.\s*(json|text|bytes)\s*(::<[^>]*>)?\(\)", text):
                yield Unhandled(
                    first=row.first, last=row.last,
                    message=f"The status of {''.join(sent[2].split())} is never looked at: an error is taken for data",
                )  # fmt: skip
        dropped = _RUST_DROPPED.match(text) if there.kind == "rust" else None
        if dropped:
            name = "".join(dropped[1].split())
            yield Unhandled(first=row.first, last=row.last, message=f"What {name} says of a failure is dropped")
