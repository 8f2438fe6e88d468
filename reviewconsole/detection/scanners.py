"""Run another scanner on copies of the changed files, when the person's own settings name its command.

It never sees the repository: the new side of the changed files lies in a private folder. Time and
output are bounded; a failure is a note.
"""

import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from reviewconsole.change import SYMLINK_MODE
from reviewconsole.detection.sarif import LARGEST
from reviewconsole.diff import FileDiff

TIMEOUT = 120
"""Seconds one scanner may take."""
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "SSL_CERT_FILE")
_ODD = frozenset({"", ".", "..", ".git"})


def run_scanner(command: Sequence[str], files: Sequence[FileDiff], environ: Mapping[str, str]) -> bytes | str:
    """The SARIF that a command writes to its output, or why there is none."""
    name = command[0]
    try:
        with tempfile.TemporaryDirectory(prefix="reviewconsole-scan-") as folder, tempfile.TemporaryFile() as out:
            _write(Path(folder), files)
            done = subprocess.run(  # noqa: S603 - the argv that the person's own settings name
                list(command),
                cwd=folder,
                env={key: environ[key] for key in _KEPT if key in environ},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.DEVNULL,
                timeout=TIMEOUT,
                check=False,
            )
            out.seek(0)
            data = out.read(LARGEST + 1)
    except subprocess.TimeoutExpired:
        return f"{name} took longer than {TIMEOUT} s"
    except OSError as error:
        return f"{name} could not be run: {error.strerror}"
    if not data.strip():
        return f"{name} ended with {done.returncode} and wrote nothing"
    return data


def _write(folder: Path, files: Sequence[FileDiff]) -> None:
    for file in files:
        parts = file.path.split("/")
        odd = any(part.lower() in _ODD for part in parts)
        if file.new is None or file.entry.submodule or file.entry.new_mode == SYMLINK_MODE or odd or "\0" in file.path:
            continue
        place = folder.joinpath(*parts)
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(file.new)
        except OSError:
            continue  # a name this file system does not take: the scanner sees the rest
