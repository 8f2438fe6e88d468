"""Refuse ref names that mislead git or people, or bar others. Deleting such a ref is always allowed.

Deleting a claim's ref is not: its owner releases it.
"""

import re
import unicodedata
from collections.abc import Iterator

from reviewconsole.chain import PRINCIPAL, REF_PREFIX
from reviewconsole.change import OBJECT_ID
from reviewconsole.claim import CLAIM_PREFIX
from reviewconsole.display import safe_text
from reviewconsole.receive.update import Refusal, Update
from reviewconsole.witness import WITNESS_PREFIX

_HEX_NAME = re.compile(OBJECT_ID)
_BARRING = ("refs/notes", "refs/notes/reviewconsole", "refs/notes/reviewconsole-ci", CLAIM_PREFIX.rstrip("/"))
"""Names above those of the logs: git keeps no ref below another ref."""
_CLAIM_NAME = re.compile(re.escape(CLAIM_PREFIX) + PRINCIPAL + r"/[0-9a-f]{8}-[0-9a-f]{8}")
_GUARDED = (REF_PREFIX, WITNESS_PREFIX, CLAIM_PREFIX, "refs/heads/", "refs/notes/", "refs/replace/")
_SHADOWING = re.compile(r"refs/(heads|tags)/(HEAD|FETCH_HEAD|ORIG_HEAD|MERGE_HEAD|refs(/.*)?)")


def check(update: Update) -> Iterator[Refusal]:
    """Give the refusals that the name alone deserves."""
    claim = _CLAIM_NAME.fullmatch(update.ref) is not None
    if update.new is None:
        if claim:
            yield Refusal(ref=update.ref, why="a claim is never deleted", remedy="its owner ends it: release")
        return
    if update.ref.startswith(CLAIM_PREFIX) and not claim:
        why = "this is not the name of a person's claims, and keeps them from being written"
        yield Refusal(ref=update.ref, why=why, remedy="push it under another name, e.g. refs/notes/own")
        return
    if update.ref.startswith("refs/replace/"):
        yield Refusal(
            ref=update.ref,
            why="replacement refs show other content than what was signed",
            remedy="push the commits themselves: git push without refs/replace/*",
        )
        return
    if update.ref in _BARRING:
        why = "a ref of this name keeps every log below it from being written"
        yield Refusal(ref=update.ref, why=why, remedy="push it under another name, e.g. refs/notes/own")
        return
    fault = _fault(update.ref)
    if fault:
        yield Refusal(ref=update.ref, why=fault, remedy="choose another name: git branch -m NEW-NAME, then push that")


def folded(name: str) -> str:
    """A name as file systems see it that do not tell case, width or composition of letters apart."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def _fault(ref: str) -> str:
    parts = ref.split("/")
    alike = next((p for p in _GUARDED if folded(ref).startswith(p) and not ref.startswith(p)), None)
    if alike is not None:
        return f"where case is not told apart it lies under {alike}"
    if safe_text(ref) != ref:
        return "the name holds characters that cannot be seen or that act on a terminal"
    if any(part.startswith("-") for part in parts):
        return "a part of the name begins with `-`, as an option does"
    if ref.startswith(("refs/heads/", "refs/tags/")) and _HEX_NAME.fullmatch(parts[-1]):
        return "the name looks like an object id"
    if _SHADOWING.fullmatch(ref):
        return "the name shadows one of git's own"
    return ""
