"""How an emergency approval is judged: by whom, and for how long. Pure."""

from reviewconsole.attestation import Attestation
from reviewconsole.decision import seconds
from reviewconsole.policy import Emergency


def emergency_fault(allowed: Emergency | None, att: Attestation, witnessed: int | None, now: int) -> str | None:
    """Say why an emergency approval does not count; what it claims of its own length is not believed.

    `allowed` is the policy's `[emergency]`, `witnessed` the earliest witness, both times in seconds
    since the epoch.
    """
    if allowed is None:
        return "an emergency approval, and the policy has no [emergency]"
    if att.principal not in allowed.people:
        return f"an emergency approval, and {att.principal} is not in [emergency] from"
    if att.expires_at is None:
        return "an emergency approval without an end"
    end = seconds(att.expires_at)
    begun = seconds(att.decided_at) if witnessed is None else witnessed
    if end - begun > allowed.seconds or end - now > allowed.seconds:
        return "an emergency approval that would last longer than the policy allows"
    return "the emergency approval has expired: review the change" if now >= end else None
