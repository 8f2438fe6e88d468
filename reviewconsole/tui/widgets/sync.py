"""Where one's own records are, in a few words."""

from reviewconsole.casefile import SyncState
from reviewconsole.tui.paint import Piece

PUBLISHING = "publishing"


_SHORT = {"publishing": ("⇡ …", "accent"), "on the remote": ("✓ remote ", "ok"), "failed": ("✗ not sent: P ", "bad")}


def sync_pieces(state: SyncState, *, short: bool = False) -> list[Piece]:
    """Glyph and words, nothing when there is nothing to tell; `short` for narrow screens, with every alarm."""
    alarms: list[Piece] = [(f"  ! {alarm}", "bad bold") for alarm in state.alarms]
    if short and state.state != "nothing":
        return [*alarms, _SHORT.get(state.state, ("⇡ not sent: P ", "warn"))]
    match state.state:
        case "nothing":
            return alarms
        case "publishing":
            return [("⇡ publishing your records …", "accent"), *alarms]
        case "on the remote":
            return [("✓ your records are on the remote ", "ok"), *alarms]
        case "failed":
            return [(f"✗ not on the remote: {state.why} · P tries again", "bad"), *alarms]
        case _:
            count = f" ({state.pending} logs)" if state.pending > 1 else ""
            return [(f"⇡ recorded here{count}, not known to be on the remote · P publishes", "warn"), *alarms]
