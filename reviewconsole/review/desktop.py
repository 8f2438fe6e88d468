"""The reviewer's own programs: an editor, a clipboard command. Only the person's settings name them."""

import os
import re
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from reviewconsole.config import Config
from reviewconsole.errors import StorageError, UsageError

_SECONDS = 5
_AT_COLON = {"hx", "helix", "subl", "zed", "micro"}
_GOTO = {"code", "codium", "code-insiders", "cursor", "windsurf"}
_WAITS = {"subl", "zed"}


class Desktop:
    """Runs programs with the person's own environment, in their home folder.

    `root` is the work tree, or None. A file there is opened only where it holds what is under review;
    otherwise a copy that cannot be written to.
    """

    def __init__(self, config: Config, environ: Mapping[str, str], root: Path | None) -> None:
        self._config = config
        self._environ = dict(environ)
        self._root = root

    def copy(self, text: str) -> str:
        """Hand a text to the clipboard command; gives its name, or nothing where none is set.

        Inside tmux, where the terminal's own sequence is dropped unless it was allowed, tmux itself is asked: it
        keeps the text as its newest buffer and passes it on to the terminal (tmux(1), load-buffer -w, since 3.2).
        """
        command = _words(self._config.clipboard, "clipboard_command")
        if not command and self._environ.get("TMUX") and shutil.which("tmux", path=self._environ.get("PATH")):
            command = ["tmux", "load-buffer", "-w", "-"]
        if not command:
            return ""
        try:
            subprocess.run(  # noqa: S603 - the person's own setting
                command, input=text.encode("utf-8", "replace"), env=self._environ, cwd=self._config.home,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=_SECONDS, check=True,
            )  # fmt: skip
        except (OSError, subprocess.SubprocessError) as error:
            raise UsageError(
                f"the clipboard command {command[0]} failed: {error}", remedy="correct `clipboard_command`"
            ) from error
        return command[0]

    def save(self, text: str) -> str:
        """Write a text to a file in the state folder, in place of the one before; gives its path."""
        path = self._config.state_dir / "copied.txt"
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.touch(mode=0o600)
            path.write_text(text, encoding="utf-8", errors="replace")
        except OSError as error:
            raise StorageError(f"{path} cannot be written: {error.strerror}") from error
        return str(path)

    def edit(self, path: str, line: int, content: bytes) -> str:
        """Run the editor at a line and wait for it; says what was opened."""
        command = _words(self._config.editor, "editor")
        if not command:
            raise UsageError("no editor is set", remedy="set `editor` in config.toml, or $VISUAL or $EDITOR")
        place = self._in_work_tree(path, content)
        if place is not None:
            self._run([*command, *_arguments(command[0], place, line)])
            return f"edited {path}; the change under review stays as it is"
        folder = Path(tempfile.mkdtemp(prefix="reviewconsole-"))
        try:
            copy = folder / (re.sub(r"[^A-Za-z0-9._-]", "_", path.rpartition("/")[2]).lstrip("-") or "file")
            copy.write_bytes(content)
            copy.chmod(0o400)
            self._run([*command, *_arguments(command[0], copy, line)])
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return f"showed a copy of {path} as it is under review"

    def _in_work_tree(self, path: str, content: bytes) -> Path | None:
        if self._root is None:
            return None
        place = self._root / path
        try:
            real = Path(os.path.realpath(place)) == Path(os.path.realpath(self._root)) / path
            return place if real and place.is_file() and place.read_bytes() == content else None
        except (OSError, ValueError):
            return None

    def _run(self, command: list[str]) -> None:
        try:
            done = subprocess.run(command, env=self._environ, cwd=self._config.home, check=False)  # noqa: S603 - likewise
        except OSError as error:
            raise UsageError(f"the editor {command[0]} cannot be run: {error.strerror}") from error
        if done.returncode:
            raise UsageError(f"the editor {command[0]} ended with {done.returncode}")


def _words(text: str, setting: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError as error:
        raise UsageError(f"{setting} cannot be read: {error}") from error


def _arguments(program: str, path: Path, line: int) -> list[str]:
    """How an editor is told the line: `path:line` for some, `+line` for vi, Emacs, nano and all others."""
    name = Path(program).name
    wait = ["--wait"] if name in _WAITS | _GOTO else []
    if name in _GOTO:
        return [*wait, "--goto", f"{path}:{line}"]
    if name in _AT_COLON:
        return [*wait, f"{path}:{line}"]
    return [f"+{line}", str(path)]
