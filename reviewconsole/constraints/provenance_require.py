"""`provenance.require`: what must be said about an AI-assisted commit.

Keys: `if_signal` (classes of evidence that ask for it; default declared, strong, heuristic), `require`
(one of these must be there, for every such commit): `trailer` (declared in the message), `model` (a
model with its version is named), `human` (a Signed-off-by or Reviewed-by of a person), `git-ai-note`.
Undecidable in a shallow clone.
"""

from collections.abc import Callable

from reviewconsole import lazy_re as re
from reviewconsole.change import Commit
from reviewconsole.constraints.facts import Answer, Facts, Tally, commit_witness
from reviewconsole.evidence import AI_CLASSES, ProvenanceClass, SignalHit
from reviewconsole.mapping import Table

_ATTESTS = re.compile(r"^(?:signed-off|reviewed)-by:[^<\n]*<([^<>\n]*)>", re.IGNORECASE | re.MULTILINE)
_MODEL = re.compile(
    r"^(?:ai-)?model:[ \t]*\S|^(?:co-authored|assisted|generated)-(?:by|with):[^<\n]*[A-Za-z][^<\n]*\d",
    re.IGNORECASE | re.MULTILINE,
)


def _has(facts: Facts, commit: Commit, hits: list[SignalHit], item: str) -> bool:
    if item == "trailer":
        return any(hit.provenance is ProvenanceClass.DECLARED and hit.signal != "git-ai-note" for hit in hits)
    if item == "model":
        return _MODEL.search(commit.message) is not None
    if item == "human":
        return any(not facts.is_agent(found[1]) for found in _ATTESTS.finditer(commit.message))
    return any(hit.signal == "git-ai-note" for hit in hits)


def parse(table: Table) -> Callable[[Facts], Answer]:
    """Read `if_signal` and `require`."""
    classes = set(table.texts("if_signal", ("declared", "strong", "heuristic"), choices=AI_CLASSES))
    items = table.texts("require", choices=("trailer", "model", "human", "git-ai-note"))
    if not items:
        raise table.fail("require", "asks for nothing")

    def evaluate(facts: Facts) -> Answer:
        tally = Tally()
        if facts.shallow:
            tally.unclear("the history is shallow")
        signals = facts.provenance.signals
        asking = {hit.commit for hit in signals if hit.provenance.value in classes}
        for commit in facts.commits:
            if commit.oid not in asking and None not in asking:
                continue
            tally.looked = True
            hits = [hit for hit in signals if hit.commit == commit.oid]
            if not any(_has(facts, commit, hits, item) for item in items):
                tally.broken(f"commit {commit.oid[:12]} has no {' or '.join(items)}", commit_witness(commit))
        return tally.answer("every AI-assisted commit says what it must", "no commit with such evidence")

    return evaluate
