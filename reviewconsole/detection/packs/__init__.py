"""Load rule packs: ast-grep's own rule files, with our meaning under `metadata.reviewconsole`.

A pack is one rule: a file with one document a language. The first document declares the rule
and its page; later ones inherit `metadata` and may override single keys.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import re2
import yaml

from reviewconsole import lazy_re as re
from reviewconsole.detection.model import FIRES, GUARDS, HOSTS, PLACES, Document, Pack
from reviewconsole.detection.yaml_nodes import compose
from reviewconsole.errors import FormatError
from reviewconsole.finding import Confidence, Family, Page, Severity

_FOLDER = Path(__file__).parent
RULE_NAME = re.compile(r"[a-z][a-z0-9-]{1,63}")
_NAMES = {"hcl": "terraform"}


@cache
def load() -> tuple[Pack, ...]:
    """Load the built-in packs, by name."""
    return tuple(_parsed(path.stem, path.read_text("utf-8")) for path in sorted(_FOLDER.glob("*.yml")))


def page(rule: str) -> Page:
    """The page of a built-in pack, for a check that finds more of the same. Raises StopIteration for no such pack."""
    return next(pack.page for pack in load() if pack.page.rule == rule)


def source_bytes() -> bytes:
    """The bytes of the built-in packs, in order of their names, for the engine digest."""
    return b"\0".join(path.read_bytes() for path in sorted(_FOLDER.glob("*.yml")))


def parse(name: str, text: str) -> Pack:
    """Parse one pack. Raises FormatError that names the place."""
    compose(text, aliases=0)  # the limits, before anything is expanded
    return _parsed(name, text)


def _parsed(name: str, text: str) -> Pack:
    """Parse a pack that is known to keep the limits, as ours do."""
    documents = [item for item in yaml.load_all(text, Loader=yaml.CSafeLoader) if item is not None]
    if not documents:
        raise FormatError("a pack without a document", place=name)
    parsed: list[Document] = []
    first: Mapping[str, Any] = {}
    for index, document in enumerate(documents):
        place = f"{name}[{index}]"
        if not isinstance(document, dict):
            raise FormatError("not a mapping", place=place)
        own = {**first, **_own(document, place)}
        first = first or own
        parsed.extend(_documents(document, own, name, place))
    return Pack(page=_page(first, parsed, name), documents=tuple(parsed))


def _own(document: Mapping[str, Any], place: str) -> Mapping[str, Any]:
    own = (document.get("metadata") or {}).get("reviewconsole") or {}
    if not isinstance(own, dict):
        raise FormatError("metadata.reviewconsole is not a mapping", place=place)
    return own


def _documents(document: Mapping[str, Any], own: Mapping[str, Any], name: str, place: str) -> list[Document]:
    if own.get("rule") != name or not RULE_NAME.fullmatch(name):
        raise FormatError(f"the rule must be named like its file, {name!r}", place=place)
    if own.get("fires") not in FIRES:
        raise FormatError(f"fires must be one of {', '.join(sorted(FIRES))}", place=place)
    unless = frozenset(own.get("unless") or ())
    if unless - GUARDS:
        raise FormatError(f"unknown guard {min(unless - GUARDS)!r}", place=place)
    places, host = frozenset(own.get("replaced_in") or ["host"]), str(own.get("host", "unit"))
    if places - PLACES:
        raise FormatError(f"replaced_in names {min(places - PLACES)!r}, not {', '.join(sorted(PLACES))}", place=place)
    if host not in HOSTS:
        raise FormatError(f"host must be one of {', '.join(sorted(HOSTS))}", place=place)
    line_rule = "regex" in document
    if line_rule == ("rule" in document):
        raise FormatError("exactly one of rule and regex", place=place)
    for pattern in (document.get("regex"), document.get("exempt"), own.get("replaced"), own.get("focus")):
        try:
            re2.compile(pattern or "")
        except re2.error as error:
            raise FormatError(f"a pattern does not compile: {error}", place=place) from error
    language = str(document.get("language", "text"))
    # JavaScript and JSX are read with the TSX grammar, so a rule for TypeScript serves both.
    languages = ("typescript", "tsx") if language == "typescript" else (language,)
    body = {key: document[key] for key in ("rule", "constraints", "utils") if key in document}
    return [
        Document(
            rule=name,
            id=f"{document['id']}-{each}" if each == "tsx" else str(document["id"]),
            language=each,
            kinds=frozenset(document.get("kinds") or ()),
            body=body,
            regex=str(document.get("regex", "")),
            exempt=str(document.get("exempt", "")),
            message=str(document.get("message", "")),
            severity=Severity(own["severity"]),
            fires=str(own["fires"]),
            unless=unless,
            replaced=str(own.get("replaced", "")),
            replaced_in=places,
            host=host,
            focus=str(own.get("focus", "")),
            lowered=bool(own.get("lowered", True)),
            comments=bool(own.get("comments", False)),
            files=tuple(document.get("files") or ()),
        )
        for each in languages
    ]


def language_name(language: str) -> str:
    """Our word for a language of ast-grep."""
    return _NAMES.get(language, language)


def _page(own: Mapping[str, Any], documents: list[Document], name: str) -> Page:
    page = own.get("page")
    if not isinstance(page, dict):
        raise FormatError("no page", place=name)
    read = {language_name(d.language) for d in documents if not d.kinds} - {"tsx"}
    read |= {kind for document in documents for kind in document.kinds}
    try:
        return Page(
            rule=name,
            title=page["title"],
            family=Family(own["family"]),
            severity=Severity(own["severity"]),
            confidence=Confidence(own["confidence"]),
            what=page["what"].strip(),
            why=page["why"].strip(),
            example=page["example"].strip(),
            instead=page["instead"].strip(),
            references=tuple(page["references"]),
            languages=tuple(sorted(read)),
            aliases=tuple(page.get("aliases") or ()),
        )
    except (KeyError, ValueError) as error:
        raise FormatError(f"the page lacks or misstates {error}", place=name) from error
