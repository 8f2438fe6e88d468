"""What the demo says to whoever opens it."""

from pathlib import Path

_GUIDE = """\
A shop's repository with {count} branches that want to enter main; most of them were written with an AI agent.
You are `you`, a senior: your throw-away key is accepted by the policy on main.

Try, in the console:
  1. enter   opens the worst change: an environment is deleted and created again. `)` walks its findings.
  2. A       asks to approve it, and says what is unread and not acknowledged: the policy wants both. esc goes back.
  3. !       acknowledges the finding under the cursor, with a text.
  4. X       rejects with a reason. The change stays blocked until that is answered.
  5. q       back to the queue. Open `price-format`, a harmless refactor: page with space, then A. The record is
             signed, noted and pushed.
  6. Open `fraud-score`: payments needs two seniors, so your approval alone does not satisfy the gate.
  7. `belgian-postcodes` is not in the queue: nothing in it points to an AI (`reviewconsole queue --all` has it).
  ?          shows all keys, ctrl+q ends.

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
