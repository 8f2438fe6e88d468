"""The only module that starts git: environment from nothing, fixed options, bytes in and out.

The reasons for each setting are in docs/decisions/0005-reading-git-safely.md.
"""

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from reviewconsole import lazy_re as re
from reviewconsole.display import safe_lines, safe_text
from reviewconsole.errors import RemoteError, RepositoryError
from reviewconsole.git.special import refuse_all_special
from reviewconsole.git.waiting import Stalled, TooMuch, end, exchange, first_bytes, limit_memory

_KEPT = ("PATH", "HOME", "TMPDIR")
QUARANTINE = ("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_QUARANTINE_PATH")
_NETWORK = (
    "SSH_AUTH_SOCK",
    "XDG_CONFIG_HOME",
    "XDG_RUNTIME_DIR",
    "DBUS_SESSION_BUS_ADDRESS",
    "USER",
    "LOGNAME",
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_NOSYSTEM",
    "GIT_SSH_COMMAND",
    "GIT_SSL_CAINFO",
    "http_proxy",
    "https_proxy",
    "HTTPS_PROXY",
    "all_proxy",
    "ALL_PROXY",
    "no_proxy",
    "NO_PROXY",
)
_READING = {
    "LC_ALL": "C",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_GRAFT_FILE": "/dev/null",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_INDEX_FILE": "/nonexistent/index",
}
_OPTIONS = (
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.commitGraph=false",
    "core.multiPackIndex=false",
    "core.bigFileThreshold=1g",
    "core.attributesFile=/dev/null",
    "core.fsync=all",
    "core.quotePath=true",
    "core.useReplaceRefs=false",
    "diff.orderFile=/dev/null",
    "advice.graftFileDeprecated=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "submodule.recurse=false",
)
_LOCAL_OPTIONS = ("protocol.allow=never",)
_NETWORK_OPTIONS = ("http.lowSpeedLimit=1", "http.lowSpeedTime=30", "push.followTags=false")
STALL_SECONDS = 30.0
"""How long a remote may say nothing; git tells its progress meanwhile."""
_LONGEST_SECONDS = 600.0
MOST_SAID = 1 << 30
"""Bytes that one command may say."""
_MEMORY = 2 << 30
"""Bytes that a git process may allocate: a ref that is a link to /dev/zero, or deltas in a circle, have no end."""
_PICTURE_SECONDS = 1.0
_PROGRESS = re.compile(
    r"(?:remote: )?(?:[A-Z][a-z]+ (?:objects|deltas|references): .*|Total \d+ \(delta .*|Delta compression using .*)"
)


def said(err: bytes) -> str:
    """What git, or a remote through it, wrote on stderr, safe to show and without its progress."""
    rows = err.decode("utf-8", "surrogateescape").strip().split("\n")
    return safe_lines("\n".join(row for row in rows if not _PROGRESS.match(row)).strip()) or "no message"


def find_git(path: str | None) -> str:
    """Find the git executable on PATH."""
    found = shutil.which("git", path=path)
    if found is None:
        raise RepositoryError("git is not on PATH", remedy="install git 2.39 or newer")
    return found


class Git:
    """Runs git on one git directory; the current directory and the caller's GIT_* never matter."""

    def __init__(self, git_dir: Path, environ: Mapping[str, str], *, index: Path | None = None) -> None:
        self.git_dir = git_dir
        self._environ = {key: environ[key] for key in _KEPT if key in environ}
        self._quarantine = {key: environ[key] for key in QUARANTINE if key in environ}
        if index is not None:
            self._quarantine["GIT_INDEX_FILE"] = str(index)
        self._network = {key: environ[key] for key in _NETWORK if key in environ}
        self._git = find_git(environ.get("PATH"))

    def _command(self, args: Sequence[str], *, network: bool) -> list[str]:
        command = [self._git, "--git-dir", str(self.git_dir), "--no-pager"]
        for option in (*_OPTIONS, *(_NETWORK_OPTIONS if network else _LOCAL_OPTIONS), f"safe.directory={self.git_dir}"):
            command += ["-c", option]
        return [*command, *args]

    def _env(self, *, network: bool) -> dict[str, str]:
        env = {**self._environ, **_READING, **self._quarantine, "GIT_CEILING_DIRECTORIES": str(self.git_dir.parent)}
        if network:
            for key in ("GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_GLOBAL", "GIT_ATTR_NOSYSTEM"):
                del env[key]
            env.update(self._network)
            env["GIT_ALLOW_PROTOCOL"] = "ssh:https:git:file"
        return env

    def run(
        self,
        args: Sequence[str],
        *,
        stdin: bytes = b"",
        network: bool = False,
        accept: Sequence[int] = (0,),
        most: int = MOST_SAID,
        seconds: float = _LONGEST_SECONDS,
    ) -> bytes:
        """Run one command and give its stdout; RepositoryError (RemoteError on the network) else."""
        code, out, err = self.attempt(args, stdin=stdin, network=network, most=most, seconds=seconds)
        if code not in accept:
            kind = RemoteError if network else RepositoryError
            shown = " ".join(safe_text(arg) for arg in args[:6])
            raise kind(f"git {shown} ended with {code}: {said(err)}")
        return out

    def attempt(
        self,
        args: Sequence[str],
        *,
        stdin: bytes = b"",
        network: bool = False,
        most: int = MOST_SAID,
        seconds: float = _LONGEST_SECONDS,
    ) -> tuple[int, bytes, bytes]:
        """Run one command and give its exit code, stdout and stderr.

        RepositoryError (RemoteError on the network) where it is silent for too long, or says more than `most` bytes.
        """
        kind = RemoteError if network else RepositoryError
        stall = STALL_SECONDS if network else _LONGEST_SECONDS
        try:
            # A session of its own: ssh finds no terminal to ask on, and ends together with git.
            with subprocess.Popen(  # noqa: S603 - fixed executable, ids and fixed words as arguments
                self._command(args, network=network),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=self._env(network=network),
                cwd="/",
                start_new_session=network,
            ) as process:
                limit_memory(process, _MEMORY)
                try:
                    out, err = exchange(
                        process, stdin, stall=stall, longest=seconds, most=most, silent=lambda: self.silent(args)
                    )
                except BaseException:
                    end(process, group=network)
                    raise
        except Stalled as stalled:
            why = "the remote gave no answer" if network and not stalled.whole else "did not end"
            remedy = "try again when it answers" if network else ""
            raise kind(f"git {args[0]}: {why} within {stalled.seconds:g} seconds", remedy=remedy) from stalled
        except TooMuch as error:
            raise kind(f"git {args[0]}: more than {most >> 20} MB") from error
        except subprocess.TimeoutExpired as error:
            raise kind(f"git {args[0]} did not end within {error.timeout:g} seconds") from error
        except OSError as error:
            raise RepositoryError(f"git could not be started: {error.strerror}") from error
        return process.returncode, out, err

    def silent(self, args: Sequence[str] = ()) -> None:
        """Refuse, by RepositoryError, what git would wait on for ever; for when it says nothing."""
        at = args.index("--work-tree") if "--work-tree" in args else None
        refuse_all_special(self.git_dir, None if at is None else Path(args[at + 1]))

    def open(self, args: Sequence[str]) -> "subprocess.Popen[bytes]":
        """Start a command that stays open, out of reach of the terminal's signals; see `lasting`."""
        process = subprocess.Popen(  # noqa: S603 - as above
            self._command(args, network=False),
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self._env(network=False),
            cwd="/",
            start_new_session=True,
        )
        limit_memory(process, _MEMORY)
        return process

    def beginning(self, args: Sequence[str], size: int) -> bytes:
        """Give the first bytes of a command's stdout, of what comes within a second, and end it."""
        try:
            with subprocess.Popen(  # noqa: S603 - as above
                self._command(args, network=False),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=self._env(network=False),
                cwd="/",
            ) as process:
                limit_memory(process, _MEMORY)
                out = first_bytes(process, size, _PICTURE_SECONDS)
                process.kill()
        except OSError:
            return b""
        return out


def read_user_config(environ: Mapping[str, str], key: str) -> str | None:
    """Read one value of the person's own git settings (global, then system scope), never a repository's."""
    env = {
        k: v for k, v in environ.items() if k in (*_KEPT, "XDG_CONFIG_HOME", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM")
    }
    git = find_git(environ.get("PATH"))
    for scope in ("--global", "--system"):
        done = subprocess.run(  # noqa: S603 - fixed executable and words
            [git, "config", scope, "--includes", "--get", key],
            capture_output=True,
            env={**env, "LC_ALL": "C"},
            cwd="/",
            timeout=_LONGEST_SECONDS,
            check=False,
        )
        if done.returncode == 0:
            return done.stdout.decode("utf-8", "surrogateescape").rstrip("\n")
    return None
