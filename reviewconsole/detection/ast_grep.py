"""Run the structural rules: one ast-grep process a scan, in a private folder.

The process sees copies of both sides under neutral names, its own configuration and an almost
empty environment, and never the repository: an `sgconfig.yml` there can name native libraries.
A missing tool, a failure or a time-out becomes a note.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from reviewconsole.detection.model import Document, Match
from reviewconsole.detection.source import MAX_LINE, Source
from reviewconsole.finding import Side

TIMEOUT = 20
"""Seconds one scan may take."""
USER_TIMEOUT = 5
"""Seconds the rules of a policy or a person may take together."""
_TOTAL = 20_000_000
"""Bytes given to one process; what is beyond is noted and left out."""

_LANGUAGES = {
    "python": "py", "go": "go", "terraform": "hcl", "yaml": "yml", "workflow": "yml", "java": "java", "kotlin": "kt",
    "rust": "rs", "ruby": "rb",
}  # fmt: skip
_IGNORES = ("hidden", "dot", "exclude", "global", "parent", "vcs")
_TROUBLE = "parse-trouble-"
_EVIDENCE = 2000


def binary() -> str | None:
    """Find the program: beside the interpreter first, then on PATH."""
    beside = Path(sys.executable).with_name("ast-grep")
    return str(beside) if beside.is_file() else shutil.which("ast-grep")


def refused(documents: Sequence[Document]) -> str:
    """Why ast-grep does not accept these rules; empty when it does, or is not here to ask."""
    program = binary()
    if not documents or program is None:
        return ""
    try:
        with tempfile.TemporaryDirectory(prefix="reviewconsole-") as folder:
            _prepare(Path(folder), documents, [])
            output = _run(program, folder, seconds=USER_TIMEOUT)
    except subprocess.TimeoutExpired:
        return f"ast-grep took longer than {USER_TIMEOUT} s to read the rule"
    except OSError:
        return ""
    return output if isinstance(output, str) else ""


Found = tuple[list[Match], list[str]]
"""Matches, and notes on what failed."""


@contextmanager
def beside(
    ours: Sequence[Document], theirs: Sequence[Document], sources: Sequence[Source]
) -> Iterator[tuple[Callable[[], Found], ...]]:
    """Match our rules and those of others while the caller does something else; each answer waits for its process."""
    if not any(_suffix(source) for source in sources):
        yield (lambda: ([], []),) * 2
        return
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(max_workers=2) as pool:
        yield (
            pool.submit(matches, ours, sources).result,
            pool.submit(matches, theirs, sources, seconds=USER_TIMEOUT, what="the policy's and your own").result,
        )


def matches(
    documents: Sequence[Document], sources: Sequence[Source], *, seconds: float | None = None, what: str = "the"
) -> Found:
    """Match every structural rule on both sides; gives the matches and notes on what failed.

    `what` says in a note whose rules they are.
    """
    limit = seconds or TIMEOUT
    chosen = [(source, _suffix(source)) for source in sources if source.added or source.removed]
    chosen = [(source, suffix) for source, suffix in chosen if suffix]
    if not chosen or not documents:
        return [], []
    program = binary()
    if program is None:
        return [], [f"ast-grep is not installed: {what} structural rules did not run"]
    try:
        with tempfile.TemporaryDirectory(prefix="reviewconsole-") as folder:
            notes = _prepare(Path(folder), documents, chosen)
            output = _run(program, folder, seconds=limit)
    except subprocess.TimeoutExpired:
        return [], [f"ast-grep took longer than {limit} s: {what} structural rules did not finish"]
    except OSError as error:
        return [], [f"ast-grep could not be run ({error.strerror}): {what} structural rules did not run"]
    if isinstance(output, str):
        return [], [*notes, output]
    found, trouble = _read(output, documents, [source for source, _ in chosen])
    return found, notes + trouble


def _suffix(source: Source) -> str:
    if source.kind == "typescript":
        return "ts" if source.path.endswith((".ts", ".mts", ".cts")) else "tsx"
    return _LANGUAGES.get(source.kind, "")


def _prepare(folder: Path, documents: Sequence[Document], chosen: Sequence[tuple[Source, str]]) -> list[str]:
    notes = []
    (folder / "sgconfig.yml").write_text("ruleDirs: [rules]\n")
    rules = folder / "rules"
    rules.mkdir()
    languages = {document.language for document in documents}
    texts = [json.dumps({"id": d.id, "language": d.language, "severity": "hint", **d.body}) for d in documents]
    texts += [
        json.dumps({"id": _TROUBLE + name, "language": name, "severity": "hint", "rule": {"kind": "ERROR"}})
        for name in sorted(languages)
    ]
    (rules / "rules.yml").write_text("\n---\n".join(texts) + "\n")
    total = 0
    for side in Side:
        (folder / side.value).mkdir()
    for index, (source, suffix) in enumerate(chosen):
        for side in Side:
            # A line of data length keeps its number but not its text: parsers are slow on it.
            kept = [line if len(line) <= MAX_LINE else "" for line in source.lines(side)]
            data = ("\n".join(kept) + "\n").encode()
            total += len(data)
            if total > _TOTAL:
                notes.append(f"{source.path}: left out of the structural rules, the change is too large")
                break
            if kept:
                (folder / side.value / f"{index}.{suffix}").write_bytes(data)
    return notes


def _run(program: str, folder: str, *, seconds: float) -> bytes | str:
    command = [program, "scan", "--config", "sgconfig.yml", "--json=stream", "--threads", "2"]
    for name in _IGNORES:
        command += ["--no-ignore", name]
    done = subprocess.run(  # noqa: S603  (fixed arguments, no shell)
        [*command, "old", "new"],
        cwd=folder,
        env={"PATH": os.defpath, "HOME": folder, "LC_ALL": "C.UTF-8", "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=seconds,
        check=False,
    )
    if done.returncode not in (0, 1) or (done.returncode == 1 and not done.stdout):
        said = done.stderr.decode("utf-8", "replace").strip().split("\n")[0][:200]
        return f"ast-grep failed ({done.returncode}: {said}): the structural rules did not run"
    return done.stdout


def _read(output: bytes, documents: Sequence[Document], sources: Sequence[Source]) -> tuple[list[Match], list[str]]:
    by_id = {document.id: document for document in documents}
    found: list[Match] = []
    troubled: set[str] = set()
    for row in output.splitlines():
        if not row.strip():
            continue
        try:
            item = json.loads(row)
            folder, name = item["file"].replace("\\", "/").split("/")[-2:]
            source, side = sources[int(name.split(".", 1)[0])], Side(folder)
            first, last = item["range"]["start"]["line"] + 1, item["range"]["end"]["line"] + 1
            rule, text = item["ruleId"], item["text"]
        except (ValueError, KeyError, IndexError, TypeError):
            return found, ["ast-grep wrote output that cannot be read: structural findings are incomplete"]
        if rule.startswith(_TROUBLE):
            if side is Side.NEW:
                troubled.add(source.path)
            continue
        if last > first and item["range"]["end"]["column"] == 0:
            last -= 1
        if not by_id[rule].reads(source.path):
            continue
        found.append(
            Match(
                document=by_id[rule],
                source=source,
                side=side,
                line=first,
                end_line=min(last, max(1, len(source.lines(side)))),
                text=text[:_EVIDENCE],
            )
        )
    # The process works in parallel: its order is not ours. Of two documents on a place the graver comes first.
    found.sort(
        key=lambda m: (m.source.path, m.side.value, m.line, m.end_line, -m.document.severity.rank, m.document.id)
    )
    return found, [f"{path}: parts do not parse, structural rules may miss some" for path in sorted(troubled)]
