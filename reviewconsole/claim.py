"""A claim: somebody's signed word that they are reviewing a change, for a while (docs/record.md).

A courtesy among people: no verdict asks for it, and nothing is refused because of it. Signed in a namespace of its
own, so that it can never be taken for a decision. Pure.
"""

from dataclasses import dataclass

from reviewconsole import canonical
from reviewconsole.chain import PRINCIPAL, RECORD_ID
from reviewconsole.change import Change, Oid
from reviewconsole.errors import FormatError
from reviewconsole.intoto import lay_out, take_apart

CLAIM_TYPE = "urn:reviewconsole:claim:v1"
CLAIM_NAMESPACE = "claim@reviewconsole"
CLAIM_PREFIX = "refs/notes/reviewconsole-claims/"
LONGEST = 24 * 3600
"""Seconds that a claim may hold; one that says more is no claim."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """What one claim states. One that ends when it was made releases the ones before it."""

    ref: str
    head: Oid
    """The note hangs on it."""
    repository_id: str
    target_ref: str
    principal: str
    device: str
    claimed_at: str
    expires_at: str
    tool: tuple[str, str]
    nonce: str

    def speaks_of(self, change: Change) -> bool:
        """Whether it is about this change: its head, or an earlier one of the same branch."""
        if self.target_ref != canonical.printable(change.target):
            return False
        names = {branch(canonical.printable(name)) for name in (change.ref, *change.other_refs)}
        return self.head == change.head or branch(self.ref) in names


def branch(ref: str) -> str:
    """The name that a branch has in every clone: without where it lies."""
    if ref.startswith("refs/remotes/"):
        return ref.split("/", 3)[-1]
    return ref.removeprefix("refs/heads/")


def claim_bytes(claim: Claim) -> bytes:
    """The bytes that are signed and stored. Raises FormatError where they would not read back the same."""
    predicate = {
        "repositoryId": claim.repository_id,
        "targetRef": claim.target_ref,
        "reviewer": {"principal": claim.principal},
        "device": claim.device,
        "claimedAt": claim.claimed_at,
        "expiresAt": claim.expires_at,
        "tool": {"name": claim.tool[0], "version": claim.tool[1]},
        "nonce": claim.nonce,
    }
    raw = canonical.dump(lay_out(CLAIM_TYPE, claim.ref, claim.head, predicate))
    if parse_claim(raw) != claim:
        raise FormatError("the claim does not read back as it was written")
    return raw


def parse_claim(raw: bytes) -> Claim:
    """Read a claim strictly: canonical bytes, known version, every field, no other field."""
    parts = take_apart(raw, CLAIM_TYPE)
    p = parts.predicate
    tool, reviewer = p.table("tool"), p.table("reviewer")
    claim = Claim(
        ref=parts.name,
        head=parts.head,
        repository_id=p.text("repositoryId", pattern=RECORD_ID),
        target_ref=p.text("targetRef"),
        principal=reviewer.text("principal", pattern=PRINCIPAL),
        device=p.text("device", pattern=r"[0-9a-f]{8}"),
        claimed_at=p.moment("claimedAt"),
        expires_at=p.moment("expiresAt"),
        tool=(tool.text("name"), tool.text("version")),
        nonce=p.text("nonce", pattern=r"[0-9a-f]{32}"),
    )
    for table in (tool, reviewer, p):
        table.end()
    return claim


def claim_note(line: bytes, claim: Claim) -> bytes:
    """Compose the note of a claim: two lines for people, a blank one, the envelope."""
    first = f"claim  {claim.principal}  head {claim.head[:12]}  from {claim.claimed_at}  until {claim.expires_at}"
    return f'{first}\nreason: "is reviewing this change"\n\n'.encode() + line + b"\n"


def claim_ref(principal: str, key8: str, device: str) -> str:
    """The one ref to which a person's claims of one key and device go."""
    return f"{CLAIM_PREFIX}{principal}/{key8}-{device}"
