"""`init`: write a policy and signers that work at once for the person who runs it."""

import configparser
import re
from collections.abc import Mapping
from pathlib import Path

import git as gitpython

from reviewconsole.attestation import NAMESPACE
from reviewconsole.chain import REF_PREFIX
from reviewconsole.config import load_config
from reviewconsole.errors import Refused, RepositoryError, StorageError
from reviewconsole.git.repository import Repository
from reviewconsole.git.worktree import root_of
from reviewconsole.loading.changes import HEADS, find_targets, sync_remote
from reviewconsole.loading.policies import parse_policy_file
from reviewconsole.policy import FOLDER, POLICY_PATH, SIGNERS_PATH
from reviewconsole.review.keys import public_signer
from reviewconsole.signers import SignerRoster
from reviewconsole.sshkey import public_line

NOTES_REFSPEC = f"{REF_PREFIX}*:{REF_PREFIX}*"

_POLICY = """\
# Who must sign off AI-assisted changes, and how. Read from the target branch, never from a change.
version = 1
repository = {name}
targets = [{target}]
trust = {target}

[review]
scope = "ai-assisted"
counts_as_ai = "heuristic"

[people.{person}]
emails = [{email}]

[groups]
seniors = [{quoted}]

[[rule]]
id = "default"
approvals = 1
from = ["seniors"]
carry_over = "replay"

[[rule]]
id = "risky"
risk = ["high", "critical"]
approvals = 1
from = ["seniors"]
require = ["read-all", "acknowledge-high"]
carry_over = "replay"
"""


def _quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def person_name(email: str) -> str:
    """A person's name for the policy, from an e-mail address."""
    name = re.sub(r"[^a-z0-9._-]", "-", email.split("@", 1)[0].lower()).strip("._-")
    return name[:64] or "reviewer"


def initialise(folder: Path, environ: Mapping[str, str], *, name: str | None, person: str | None) -> list[str]:
    """Write `.reviewconsole/` and the notes refspec; nothing that exists is changed.

    Returns what was done and what comes next, in lines. Refused where a policy exists.
    """
    repository = Repository.open(folder, environ)
    if repository.is_bare:
        raise Refused("a bare repository has no work tree to write a policy into", remedy="run it in a clone")
    root = work_tree(folder)
    if (root / POLICY_PATH).exists() or (root / SIGNERS_PATH).exists():
        raise Refused(f"{FOLDER}/ exists already", remedy="edit it, or see `reviewconsole doctor`")
    config = load_config(environ)
    signer = public_signer(repository, config)
    email = repository.config_global("user.email")
    if not email:
        raise Refused("git does not know your e-mail", remedy="git config --global user.email you@example.com")
    target = find_targets(repository, None)[0].ref.removeprefix(HEADS)
    principal = person or config.principal or person_name(email)
    text = _POLICY.format(
        name=_quote(name or root.name),
        target=_quote(target),
        person=principal,
        email=_quote(email.lower()),
        quoted=_quote(principal),
    )
    if not re.fullmatch(r"[A-Za-z0-9_-]+", principal):
        text = text.replace(f"[people.{principal}]", f"[people.{_quote(principal)}]")
    signers = f'{principal} namespaces="{NAMESPACE}" {public_line(signer.public_blob)}\n'
    parse_policy_file(text.encode())
    SignerRoster.parse(signers.encode(), namespace=NAMESPACE)
    try:
        (root / FOLDER).mkdir(exist_ok=True)
        (root / POLICY_PATH).write_text(text, encoding="utf-8")
        (root / SIGNERS_PATH).write_text(signers, encoding="utf-8")
    except OSError as error:
        raise StorageError(f"cannot write {FOLDER}/: {error.strerror}") from error
    done = [f"wrote {POLICY_PATH} and {SIGNERS_PATH} for {principal} with {signer.fingerprint}"]
    remote = sync_remote(repository)
    if remote is not None and add_refspec(root, remote):
        done.append(f"added the fetch refspec {NOTES_REFSPEC} to the remote {remote}")
    return [
        *done,
        "next:",
        f"  git add {FOLDER} && git commit -m 'Introduce review sign-offs' && git push",
        "  git config reviewconsole.introduction $(git rev-parse HEAD)   # what lies before is out of scope",
        "  reviewconsole doctor && reviewconsole",
        "one person cannot approve changes of their own: add a second one to [groups] before you rely on it",
    ]


def work_tree(folder: Path) -> Path:
    """The root of the work tree that holds a folder; RepositoryError where there is none."""
    root = root_of(folder)
    if root is None:
        raise RepositoryError(f"{folder} is in no git repository with a work tree")
    return root


_UNREADABLE = (RecursionError, ValueError, configparser.Error, OSError)
"""What GitPython makes of a configuration that git would refuse, or that includes itself."""


def _unreadable(error: BaseException) -> RepositoryError:
    why = f"the repository's configuration cannot be read: {type(error).__name__}"
    return RepositoryError(why, remedy="look at .git/config and what it includes")


def add_refspec(root: Path, remote: str) -> bool:
    """Add the notes refspec, without `+`, to a remote's fetch lines; False where it stands already."""
    section = f'remote "{remote}"'
    try:
        with gitpython.Repo(root) as repository, repository.config_writer() as writer:
            lines = writer.get_values(section, "fetch") if writer.has_option(section, "fetch") else []
            if NOTES_REFSPEC in lines:
                return False
            writer.add_value(section, "fetch", NOTES_REFSPEC)
    except _UNREADABLE as error:
        raise _unreadable(error) from error
    return True
