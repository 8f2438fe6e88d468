"""What counts as a destroying command: the patterns of the destroy-command pack, for every rule that asks."""

from functools import cache
from typing import Any

from reviewconsole import lazy_re as re
from reviewconsole.detection import packs
from reviewconsole.detection.line_rules import compiled
from reviewconsole.detection.source import is_nonproduction

RULE = "destroy-command"
PRODUCTION = re.compile(r"(^|[\W_])(prod|production|live|prd|main)([\W_]|$)", re.IGNORECASE)
EPHEMERAL = re.compile(
    r"(^|[/_.-])(dev|develop|development|staging|stage|stg|sandbox|preview|previews|ephemeral|tests?|testing|qa|local"
    r"|integration|review-?apps?|ci|demo|playground|minikube|kind|pr)([/_.-]|$)",
    re.IGNORECASE,
)

_SCRIPTS = frozenset({"shell", "makefile", "python", "typescript", "ruby", "text"})
_OWN = re.compile(
    r"(^|[/_.-])(dev|local|sandbox|playground|demos?|examples?|samples?|tests?|testing|testdata|minikube|kind|vagrant"
    r"|devcontainer|scratch)([/_.-]|$)",
    re.IGNORECASE,
)


@cache
def _documents() -> tuple[tuple[str, Any, Any], ...]:
    pack = next(pack for pack in packs.load() if pack.page.rule == RULE)
    return tuple(
        (kind, compiled(document.regex), compiled(document.exempt) if document.exempt else None)
        for document in pack.documents
        if document.regex
        for kind in sorted(document.kinds)
    )


def destroys(kind: str, text: str) -> bool:
    """Tell whether a command in a file of some kind destroys; kinds the pack does not read follow shell's."""
    found = False
    known = {each for each, _, _ in _documents()}
    for each, pattern, exempt in _documents():
        if each == (kind if kind in known else "shell") and pattern.search(text):
            found = found or exempt is None or not exempt.search(text)
    return found


def is_own_tool(kind: str, path: str, text: str) -> bool:
    """Tell whether a command stands in a script for a developer's own machine, by the script's name or folder.

    What weighs less already, as every test and sample does, is left out.
    """
    if is_nonproduction(path):
        return False
    return kind in _SCRIPTS and bool(_OWN.search(path)) and not PRODUCTION.search(path) and not PRODUCTION.search(text)


def is_ephemeral(path: str) -> bool:
    """Tell by its path whether a file configures an environment that may go."""
    return bool(EPHEMERAL.search(path)) and not PRODUCTION.search(path)
