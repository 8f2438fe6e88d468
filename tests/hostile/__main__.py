"""The whole score: `python -m tests.hostile`. Minutes, since the console opens every case."""

import sys
import tempfile
from pathlib import Path

from tests.hostile import score
from tests.hostile.builder import build
from tests.hostile.canaries import fired
from tests.hostile.cases import CASES
from tests.hostile.constructs import CONSTRUCTS
from tests.hostile.others import OTHERS
from tests.hostile.test_constructs import judge

EVERY = (*CASES, *OTHERS)


def main() -> int:
    """Print cases shown, canaries that ran, and raw bytes that reached the terminal."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        hostile = build(folder, cases=EVERY)
        env = score.environ(folder / "home")
        seen = score.review(hostile, env, EVERY)
        shown = [one for one in seen if not one.missing and not one.raw]
        stream = score.session(hostile, env, len(EVERY))
        raw, ran = score.raw_in_stream(stream), fired(folder / "canaries")
    faults = {}
    for name in CONSTRUCTS:
        with tempfile.TemporaryDirectory() as place:
            faults[name] = judge(Path(place), name)
    print(f"cases shown: {len(shown)} of {len(seen)}")
    for one in seen:
        if one not in shown:
            print(f"  {one.case.name}: {one.error or one.missing or one.raw!r}")
    print(f"canaries that ran: {len(ran)} of {len(hostile.canaries)} {ran}")
    print(f"raw in {len(stream)} bytes of a console session over every case: {len(raw)} {raw}")
    met = [name for name, found in faults.items() if not found]
    print(f"constructs in .git, refs and objects met with the truth or a reason: {len(met)} of {len(faults)}")
    for name, found in faults.items():
        if found:
            print(f"  {name}: {found}")
    return int(len(met) < len(faults) or len(shown) < len(seen) or bool(ran) or bool(raw))


if __name__ == "__main__":
    sys.exit(main())
