"""The embedded demo: a small shop's repository, AI-assisted changes to it, and a throw-away key.

Everything lies in one folder; nothing outside of it is read or written, and no network is used.
To add to the story, add files below `story/` and an entry to `story/story.toml`.
"""

import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reviewconsole.attestation import NAMESPACE
from reviewconsole.chain import REF_PREFIX
from reviewconsole.demo.commits import AI_NOTES, MAIN, read_story, stream
from reviewconsole.demo.guide import guide
from reviewconsole.errors import SigningError, StorageError
from reviewconsole.git.process import Git

REVIEWER = "you"
EMAIL = "you@shop.example"

_CONFIG = """\
[remote "origin"]
\turl = {remote}
\tfetch = +refs/heads/*:refs/remotes/origin/*
\tfetch = {notes}*:{notes}*
\tfetch = {ai}:{ai}
[branch "main"]
\tremote = origin
\tmerge = refs/heads/main
[reviewconsole]
\tintroduction = {introduction}
"""
_GITCONFIG = """\
[user]
\tname = You
\temail = {email}
\tsigningkey = {key}
[gpg]
\tformat = ssh
[init]
\tdefaultBranch = main
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Demo:
    """A built demo."""

    repository: Path
    """A clone with a work tree on main; the changes are branches of its remote."""
    remote: Path
    """The bare repository it pushes to."""
    home: Path
    key: Path
    """The private key; without a passphrase."""
    environ: Mapping[str, str]
    """What to set so that git and reviewconsole act as the reviewer."""
    guide: str


def build(folder: Path, *, environ: Mapping[str, str]) -> Demo:
    """Build the demo in a folder, which must be empty or not there; StorageError else."""
    folder = folder.absolute()
    repository, remote, home = folder / "shop", folder / "shop.git", folder / "home"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise StorageError(f"{folder} is not empty", remedy="name a folder that does not exist yet")
        repository.mkdir()
        (home / ".ssh").mkdir(mode=0o700, parents=True)
    except OSError as error:
        raise StorageError(f"cannot build the demo in {folder}: {error.strerror}") from error
    key = _make_key(home / ".ssh" / "id_ed25519", environ)
    (home / ".gitconfig").write_text(_GITCONFIG.format(email=EMAIL, key=key), encoding="utf-8")
    settings = _settings(home)
    inside = {**environ, **settings}
    _fill(remote, key, inside)
    _clone(repository, remote, inside)
    (folder / "env.sh").write_text(_script(settings), encoding="utf-8")
    return Demo(
        repository=repository,
        remote=remote,
        home=home,
        key=key,
        environ=settings,
        guide=guide(folder, len({commit.branch for commit in read_story()}) - 1),
    )


def _script(settings: Mapping[str, str]) -> str:
    lines = [f"export {name}={shlex.quote(value)}" for name, value in settings.items()]
    programs = Path(sys.executable).parent
    if (programs / "reviewconsole").exists():
        lines.append(f"export PATH={shlex.quote(str(programs))}:$PATH")
    return "\n".join(lines) + "\n"


def _settings(home: Path) -> dict[str, str]:
    return {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_STATE_HOME": str(home / ".local" / "state"),
        "XDG_CACHE_HOME": str(home / ".cache"),
        "XDG_DATA_HOME": str(home / ".local" / "share"),
        "GIT_CONFIG_GLOBAL": str(home / ".gitconfig"),
        "GIT_CONFIG_NOSYSTEM": "1",
        # The person's own agent must not be asked about a throw-away key.
        "SSH_AUTH_SOCK": "",
    }


def _make_key(path: Path, environ: Mapping[str, str]) -> Path:
    program = shutil.which("ssh-keygen", path=environ.get("PATH"))
    if program is None:
        raise SigningError("ssh-keygen is not on PATH", remedy="install OpenSSH 8.9 or newer")
    done = subprocess.run(  # noqa: S603 - fixed executable and words
        [program, "-q", "-t", "ed25519", "-N", "", "-C", "reviewconsole demo, throw away", "-f", str(path)],
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise SigningError(f"ssh-keygen ended with {done.returncode}: {done.stderr.decode(errors='replace').strip()}")
    return path


def _fill(remote: Path, key: Path, environ: Mapping[str, str]) -> None:
    kind, blob = key.with_suffix(".pub").read_text(encoding="utf-8").split()[:2]
    signer = f'{REVIEWER} namespaces="{NAMESPACE}" {kind} {blob}\n'
    git = Git(remote, environ)
    git.run(["init", "-q", "--bare", "-b", MAIN, "--template="])
    git.run(["fast-import", "--quiet", "--done"], stdin=stream(signer))


def _clone(repository: Path, remote: Path, environ: Mapping[str, str]) -> None:
    git = Git(repository / ".git", environ, index=repository / ".git" / "index")
    tree = ["--work-tree", str(repository)]
    git.run([*tree, "init", "-q", "-b", MAIN, "--template="])
    tip = Git(remote, environ).run(["rev-parse", f"refs/heads/{MAIN}"]).decode().strip()
    config = repository / ".git" / "config"
    text = _CONFIG.format(remote=remote, notes=REF_PREFIX, ai=AI_NOTES, introduction=tip)
    config.write_text(config.read_text(encoding="utf-8") + text, encoding="utf-8")
    git.run(["fetch", "-q", "origin"], network=True)
    git.run(["symbolic-ref", "refs/remotes/origin/HEAD", f"refs/remotes/origin/{MAIN}"])
    git.run(["update-ref", f"refs/heads/{MAIN}", tip])
    git.run([*tree, "reset", "-q", "--hard"])
