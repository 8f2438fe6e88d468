"""Write every case anew: `python -m tests.conformance.build [FOLDER]`. The same input gives the same bytes."""

import json
import shutil
import sys
from pathlib import Path

from tests.conformance import cases
from tests.conformance.kit import AT

HERE = Path(__file__).parent
SUFFIX = {"satisfied": "", "violated": "_refuse", "undecidable": "_undecidable"}


def build(folder: Path) -> int:
    """Write a folder a case: `repository.bundle` and `expected.json`."""
    for case in cases.CASES:
        place = folder / f"case_{case.name}{SUFFIX[case.verdict]}"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        case.make().git.bundle(place / "repository.bundle")
        expected = {
            "what": " ".join((case.make.__doc__ or "").split()),
            "args": list(case.args) if "--at" in case.args else [*case.args, "--at", AT],
            "clone": case.clone,
            "verdict": case.verdict,
            "words": list(case.words),
        }
        (place / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
    return len(cases.CASES)


if __name__ == "__main__":
    where = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    for old in where.glob("case_*"):
        shutil.rmtree(old)
    sys.stdout.write(f"{build(where)} cases\n")
