"""What the demo says to whoever opens it."""

from pathlib import Path

_GUIDE = """\
A shop's repository with {count} branches that want to enter main; most of them were written with an AI agent.
You are `you`, a senior: your throw-away key is accepted by the policy on main.

Try, in the console:
  1. Open the worst change (enter): an environment is deleted and created again. Walk its findings.
  2. Try to approve it: the policy asks that all of it was on screen and that each high finding is acknowledged.
  3. Reject it with a reason. It stays blocked until you or another senior answers that.
  4. Open `price-format`: a harmless refactor. Approve it; the record is signed, noted and pushed.
  5. Open `fraud-score`: payments needs two seniors, so your approval alone does not satisfy the gate.
  6. Look for `belgian-postcodes`: nothing in it points to an AI, so it is not in the queue (`queue --all`).

The same in a second terminal:
  . {script}
  cd {repository}
  reviewconsole queue
  reviewconsole inspect origin/price-format
  reviewconsole verify origin/price-format

Everything lies in {folder}; delete it when you are done."""


def guide(folder: Path, count: int) -> str:
    """Write the guide for a demo built in a folder, with its number of branches."""
    return _GUIDE.format(count=count, folder=folder, script=folder / "env.sh", repository=folder / "shop")
