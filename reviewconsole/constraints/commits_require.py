"""`commits.require`: what every commit of the range must be.

Keys, at least one: `authors` (patterns of e-mail addresses, `*@example.com`), `signed_by`
(fingerprints `SHA256:...` of SSH keys that commits may be signed with), `trailers` (keys that each
message must hold), `message` (RE2 expressions that each message must match), `no_agent_signoff` (no
Signed-off-by of an AI tool), `no_merges`, `most` (commits in the range). Undecidable where a
signature is of a kind that is not checked (OpenPGP, X.509).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from reviewconsole import lazy_re as re
from reviewconsole.change import Commit
from reviewconsole.constraints.facts import Answer, Facts, Tally, commit_witness, searchable
from reviewconsole.globs import Globs, compile_pattern
from reviewconsole.mapping import Table

_SIGN_OFF = re.compile(r"^signed-off-by:[^<\n]*<([^<>\n]*)>", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _Demands:
    authors: Globs | None
    signed_by: tuple[str, ...]
    trailers: tuple[str, ...]
    message: tuple[Any, ...]
    no_agent_signoff: bool
    no_merges: bool

    def faults(self, facts: Facts, commit: Commit) -> Iterator[tuple[bool, str]]:
        """What is wrong with one commit: whether it is certain, and words."""
        if self.authors is not None:
            for role, person in (("author", commit.author), ("committer", commit.committer)):
                if not self.authors.matches(person.email.strip().lower()):
                    yield True, f"has the {role} {person.email or '(none)'}, who is not listed"
        if self.signed_by:
            signature = facts.signature(commit)
            if signature.state == "unknown":
                yield False, "is signed with a kind of key that is not checked here"
            elif signature.state != "good":
                yield True, "is not signed" if signature.state == "none" else "has a bad signature"
            elif signature.fingerprint not in self.signed_by:
                yield True, f"is signed with {signature.fingerprint}, which is not listed"
        for key in self.trailers:
            if not re.search(rf"^{re.escape(key)}[ \t]*:[ \t]*\S", commit.message, re.IGNORECASE | re.MULTILINE):
                yield True, f"has no {key}"
        for pattern in self.message:
            if not pattern.search(searchable(commit.message)):
                yield True, f"has a message that does not match {pattern.pattern}"
        if self.no_agent_signoff and any(facts.is_agent(found[1]) for found in _SIGN_OFF.finditer(commit.message)):
            yield True, "is signed off by an AI tool, which cannot certify anything"
        if self.no_merges and len(commit.parents) > 1:
            yield True, "is a merge"


def parse(table: Table) -> Callable[[Facts], Answer]:
    """Read the demands."""
    demands = _Demands(
        authors=Globs(tuple(text.lower() for text in table.texts("authors")), place=f"{table.place}.authors")
        if table.has("authors")
        else None,
        signed_by=table.texts("signed_by", (), pattern=r"SHA256:[A-Za-z0-9+/]{43}"),
        trailers=table.texts("trailers", (), pattern=r"[A-Za-z][A-Za-z0-9-]*"),
        message=tuple(
            compile_pattern(text, f"{table.place}.message[{i}]") for i, text in enumerate(table.texts("message", ()))
        ),
        no_agent_signoff=table.flag("no_agent_signoff", default=False),
        no_merges=table.flag("no_merges", default=False),
    )
    most = table.integer("most") if table.has("most") else None
    flags = (demands.authors, demands.signed_by, demands.trailers, demands.message)
    if most is None and not any((*flags, demands.no_agent_signoff, demands.no_merges)):
        raise table.fail("authors", "demands nothing of a commit")

    def evaluate(facts: Facts) -> Answer:
        tally = Tally()
        tally.looked = bool(facts.commits)
        if most is not None and len(facts.commits) > most:
            tally.broken(f"there are {len(facts.commits)} commits, more than {most}",
                         *map(commit_witness, facts.commits))  # fmt: skip
        for commit in facts.commits:
            for certain, words in demands.faults(facts, commit):
                note = tally.broken if certain else tally.unclear
                note(f"commit {commit.oid[:12]} {words}", commit_witness(commit))
        return tally.answer("every commit is as it must be", "there is no commit")

    return evaluate
