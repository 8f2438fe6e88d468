"""Read rule packs that are not ours: ast-grep rule files of a policy or of the person.

Plain ast-grep files are accepted as they are; `metadata.reviewconsole` says more (docs/rules.md).
A broken file is a fault with its line and does not stop the others. Patterns of line rules run in
google-re2; structural rules run under a time limit of their own.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import re2
import yaml

from reviewconsole import lazy_re as re
from reviewconsole.detection import ast_grep, packs
from reviewconsole.detection.line_rules import compiled
from reviewconsole.detection.model import FIRES, GUARDS, HOSTS, PLACES, Document, Pack
from reviewconsole.detection.yaml_nodes import compose
from reviewconsole.errors import FormatError
from reviewconsole.finding import Confidence, Family, Page, Severity
from reviewconsole.globs import Globs

LARGEST = 256_000
"""Bytes of one file."""
MOST_FILES = 200
_ID = re.compile(r"[\w.:/-]{1,100}")
_LEVELS = {"error": Severity.HIGH, "warning": Severity.MEDIUM, "info": Severity.LOW, "hint": Severity.LOW}
_LANGUAGES = {
    "python": "python", "py": "python", "go": "go", "golang": "go", "hcl": "hcl", "terraform": "hcl", "yaml": "yaml",
    "yml": "yaml", "typescript": "typescript", "ts": "typescript", "tsx": "tsx", "javascript": "typescript",
    "js": "typescript", "jsx": "typescript", "java": "java", "kotlin": "kotlin", "rust": "rust", "ruby": "ruby",
}  # fmt: skip
_UNITS = frozenset({"function", "class", "resource", "object", "job", "step", "heading"})
"""Words a pack may use for what must survive; each is the innermost unit."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PackFault:
    """Why a pack file does not count."""

    path: str
    line: int
    why: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.why}"


@dataclass(frozen=True, kw_only=True, slots=True)
class UserPacks:
    """The packs of one place, and what is broken there."""

    packs: tuple[Pack, ...] = ()
    faults: tuple[PackFault, ...] = ()
    digest: str = ""
    """Over the paths and bytes read; empty where there are none."""


def read_packs(files: Mapping[str, bytes], *, taken: Iterable[str]) -> UserPacks:
    """Read pack files by path, in order of their paths."""
    found: dict[str, Pack] = {}
    faults: list[PackFault] = []
    names = set(taken)
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.encode("utf-8", "surrogateescape") + b"\0" + hashlib.sha256(files[path]).digest())
        try:
            pack = _checked(path, files[path])
        except _Fault as fault:
            faults.append(PackFault(path=path, line=fault.line, why=str(fault)))
            continue
        if pack.page.rule in names:
            faults.append(PackFault(path=path, line=1, why=f"there is a rule named {pack.page.rule} already"))
            continue
        names.add(pack.page.rule)
        found[path] = pack
    return UserPacks(packs=tuple(found.values()), faults=tuple(faults), digest=digest.hexdigest() if files else "")


class _Fault(Exception):
    def __init__(self, why: str, line: int) -> None:
        super().__init__(why)
        self.line = line


def _checked(path: str, data: bytes) -> Pack:
    if len(data) > LARGEST:
        raise _Fault(f"larger than {LARGEST:,} bytes", 1)
    try:
        text = data.decode("utf-8")
        nodes = compose(text, aliases=0)
        documents = [item for item in yaml.load_all(text, Loader=yaml.CSafeLoader) if item is not None]
    except UnicodeDecodeError as error:
        raise _Fault("not UTF-8", data[: error.start].count(b"\n") + 1) from error
    except FormatError as error:
        found = re.search(r"line (\d+)", error.message)
        raise _Fault(error.message, int(found[1]) if found else 1) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise _Fault(f"not YAML: {str(error).splitlines()[0]}", 1) from error
    lines = [int(node.start_mark.line) + 1 for node in nodes]
    if not documents:
        raise _Fault("a pack without a document", 1)
    stem = path.rsplit("/", 1)[-1].rpartition(".")[0]
    first: dict[str, Any] = {}
    made: list[Document] = []
    line = 1
    for index, document in enumerate(documents):
        line = lines[index] if index < len(lines) else line
        try:
            own = _own(document, first)
            first = first or own
            made += _documents(document, {**first, **own}, stem, made)
        except (FormatError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise _Fault(_said(error), line) from error
    try:
        page = _page(first, documents[0], made, stem)
    except (FormatError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise _Fault(_said(error), lines[0]) from error
    trouble = ast_grep.refused([document for document in made if not document.regex])
    if trouble:
        raise _Fault(trouble, lines[0])
    return Pack(page=page, documents=tuple(made))


def _said(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"lacks {error.args[0]!r}"
    return str(error).splitlines()[0][:300] if str(error) else type(error).__name__


def _own(document: object, first: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(document, dict):
        raise FormatError("not a mapping")
    own = (document.get("metadata") or {}).get("reviewconsole") or {}
    if not isinstance(own, dict):
        raise FormatError("metadata.reviewconsole is not a mapping")
    unknown = own.keys() - _KEYS
    if unknown:
        raise FormatError(f"metadata.reviewconsole.{min(unknown)} is not known here")
    level = _LEVELS.get(str(document.get("severity", "")))
    known = {"severity": level.value} if level and "severity" not in own and not first else {}
    return {**known, **own}


_KEYS = frozenset(
    {"rule", "family", "severity", "confidence", "fires", "host", "unless", "replaced", "replaced_in", "focus"}
    | {"lowered", "comments", "source", "page"}
)


def _words(value: object, allowed: frozenset[str], name: str) -> frozenset[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise FormatError(f"{name} is not a list of words")
    if set(value) - allowed:
        raise FormatError(f"{name} names {min(set(value) - allowed)!r}, not one of {', '.join(sorted(allowed))}")
    return frozenset(value)


def _pattern(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise FormatError(f"{name} is not a text")
    try:
        compiled(value)
    except re2.error as error:
        raise FormatError(f"{name} does not compile: {error}") from error
    return value


def _documents(document: Mapping[str, Any], own: Mapping[str, Any], stem: str, made: list[Document]) -> list[Document]:
    if ("regex" in document) == ("rule" in document):
        raise FormatError("exactly one of rule and regex")
    fires, host = str(own.get("fires", "added")), str(own.get("host", "unit"))
    host = "unit" if host in _UNITS else host
    if fires not in FIRES:
        raise FormatError(f"fires must be one of {', '.join(sorted(FIRES))}")
    if host not in HOSTS:
        raise FormatError(f"host must be one of {', '.join(sorted(HOSTS | _UNITS))}")
    name = _rule_name(own, stem)
    id = str(document.get("id", f"{name}-{len(made) + 1}"))  # noqa: A001 - the word of the format
    if not _ID.fullmatch(id) or any(item.id == f"{name}:{id}" for item in made):
        raise FormatError(f"the id {id!r} is odd, or stands twice")
    files = document.get("files") or []
    if not isinstance(files, list) or not all(isinstance(item, str) for item in files):
        raise FormatError("files is not a list of patterns")
    Globs(tuple(files), place="files")
    language = _LANGUAGES.get(str(document.get("language", "")).lower(), "")
    if "rule" in document and not language:
        raise FormatError(f"language must be one of {', '.join(sorted(set(_LANGUAGES.values())))}")
    kinds = document.get("kinds") or []
    plain = Document(
        rule=name,
        id=f"{name}:{id}",
        language=language or "text",
        kinds=frozenset(str(kind) for kind in kinds),
        body={key: document[key] for key in ("rule", "constraints", "utils") if key in document},
        regex=_pattern(document["regex"], "regex") if "regex" in document else "",
        exempt=_pattern(document.get("exempt", ""), "exempt"),
        message=str(document.get("message", name))[:400],
        severity=Severity(own.get("severity", "medium")),
        fires=fires,
        unless=_words(own.get("unless", []), GUARDS, "unless"),
        replaced=_pattern(own.get("replaced", ""), "replaced"),
        replaced_in=_words(own.get("replaced_in", ["host"]), PLACES, "replaced_in"),
        host=host,
        focus=_pattern(own.get("focus", ""), "focus"),
        lowered=bool(own.get("lowered", True)),
        comments=bool(own.get("comments", False)),
        files=tuple(files),
    )
    if language == "typescript":
        return [plain, replace(plain, id=f"{plain.id}-tsx", language="tsx")]
    return [plain]


def _rule_name(own: Mapping[str, Any], stem: str) -> str:
    name = str(own.get("rule") or stem)
    if not packs.RULE_NAME.fullmatch(name):
        raise FormatError(f"{name!r} is no rule name: lower-case letters, digits and dashes")
    return name


def _page(own: Mapping[str, Any], document: Mapping[str, Any], made: list[Document], stem: str) -> Page:
    page = own.get("page") or {}
    if not isinstance(page, dict):
        raise FormatError("page is not a mapping")
    message, note = str(document.get("message", stem)), str(document.get("note", ""))
    references = [*_texts(page.get("references", [])), *_texts(own.get("source", []))]
    if document.get("url"):
        references.append(str(document["url"]))
    return Page(
        rule=_rule_name(own, stem),
        title=str(page.get("title", message)),
        family=Family(own.get("family", "risk")),
        severity=Severity(own.get("severity", "medium")),
        confidence=Confidence(own.get("confidence", "medium")),
        what=str(page.get("what", message)).strip(),
        why=str(page.get("why", note or message)).strip(),
        example=str(page.get("example", "")).strip(),
        instead=str(page.get("instead", note)).strip(),
        references=tuple(references),
        languages=tuple(sorted({packs.language_name(d.language) for d in made if d.language != "text"} or {"text"})),
        aliases=(),
    )


def _texts(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]
