"""`doctor`: look at everything a sign-off needs, name each fault and its remedy."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from reviewconsole.chain import REF_PREFIX
from reviewconsole.config import Config, load_config
from reviewconsole.display import counted
from reviewconsole.errors import ReviewConsoleError
from reviewconsole.facts import PolicyInForce
from reviewconsole.git.repository import Repository
from reviewconsole.git.sync import Sync
from reviewconsole.loading.changes import find_targets, sync_remote
from reviewconsole.loading.opening import introduction
from reviewconsole.loading.policies import in_force
from reviewconsole.loading.records import read_records
from reviewconsole.review.deciding import principal_of
from reviewconsole.review.journaling import device_id
from reviewconsole.review.keys import keyring_state, public_signer
from reviewconsole.review.setup import NOTES_REFSPEC
from reviewconsole.signing.signer import Signer
from reviewconsole.standing import of_people

_OLDEST_GIT = (2, 39)


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One thing looked at."""

    id: str
    state: str
    """good, warning or fault."""
    says: str
    remedy: str = ""


def _good(name: str, says: str) -> Check:
    return Check(id=name, state="good", says=says)


def _failed(name: str, error: ReviewConsoleError) -> Check:
    return Check(id=name, state="fault", says=str(error), remedy=error.remedy)


def _guard(name: str, look: Callable[[], Check]) -> Check:
    try:
        return look()
    except ReviewConsoleError as error:
        return _failed(name, error)


def examine(folder: Path, environ: Mapping[str, str]) -> tuple[Check, ...]:
    """Run every check; a fault in one does not stop the others."""
    try:
        repository = Repository.open(folder, environ)
    except ReviewConsoleError as error:
        return (_failed("repository", error),)
    try:
        config = load_config(environ)
    except ReviewConsoleError as error:
        return (_failed("config", error),)
    checks = [
        _guard("git", lambda: _git(repository)),
        _history(repository),
        _guard("state", lambda: _good("state", f"device {device_id(config.state_dir)} in {config.state_dir}")),
    ]
    force: PolicyInForce | None = None
    try:
        target = find_targets(repository, None)[0]
        force = in_force(repository, target.tip)
        checks.append(_good("policy", f"{force.policy.repository}, read from {target.source} at {force.commit[:12]}"))
    except ReviewConsoleError as error:
        checks.append(_failed("policy", error))
    signer: Signer | None = None
    try:
        signer = public_signer(repository, config)
        checks.append(_key(signer))
    except ReviewConsoleError as error:
        checks.append(_failed("key", error))
    if signer is not None and force is not None:
        checks.append(_guard("signer", lambda: _signer(force, signer, config)))
        checks.append(_quorum(force))
    if force is not None:
        checks.append(_guard("introduction", lambda: _introduction(repository)))
    checks.append(_keyring())
    checks += [
        _guard("remote", lambda: _remote(repository, config, environ)),
        _guard("records", lambda: _records(repository, force)),
    ]
    if not repository.is_bare:
        checks.append(_guard("refspec", lambda: _refspec(repository)))
    return tuple(checks)


def _git(repository: Repository) -> Check:
    text = repository.git.run(["version"]).decode("ascii", "replace").strip()
    found = re.search(r"(\d+)\.(\d+)", text)
    if found is None or (int(found[1]), int(found[2])) < _OLDEST_GIT:
        return Check(id="git", state="fault", says=text, remedy="install git 2.39 or newer")
    return _good("git", text)


def _history(repository: Repository) -> Check:
    if repository.is_shallow:
        remedy = "git fetch --unshallow"
        return Check(id="history", state="fault", says="a shallow clone: verdicts are undecidable", remedy=remedy)
    return _good("history", f"whole, object format {repository.object_format}")


def _key(signer: Signer) -> Check:
    says = f"{signer.kind} key {signer.fingerprint}"
    if signer.kind == "agent":
        remedy = "add it with `ssh-add -c`, or use a security key that wants a touch"
        return Check(id="key", state="warning", says=f"{says}: any program of yours can sign with it", remedy=remedy)
    return _good("key", says)


def _signer(force: PolicyInForce, signer: Signer, config: Config) -> Check:
    return _good("signer", f"the key is that of {principal_of(force, signer, config.principal)} in the policy in force")


def _quorum(force: PolicyInForce) -> Check:
    if len({name for rule in force.policy.rules for name in rule.people}) < 2:
        says = "only one person may approve, so nobody can approve that person's own changes"
        remedy = "add a second one to the groups of the policy"
        return Check(id="quorum", state="warning", says=says, remedy=remedy)
    return _good("quorum", "more than one person may approve")


def _introduction(repository: Repository) -> Check:
    found = introduction(repository, None)
    if found is None:
        says = "not pinned: what landed before the policy is undecidable"
        remedy = "git config reviewconsole.introduction COMMIT, the first commit whose policy you trust"
        return Check(id="introduction", state="warning", says=says, remedy=remedy)
    return _good("introduction", f"pinned at {found[:12]}; what lies before is out of scope")


def _keyring() -> Check:
    usable, says = keyring_state()
    if usable:
        return _good("keyring", says)
    return Check(id="keyring", state="warning", says=says, remedy="a passphrase is asked each time; an ssh-agent helps")


def _remote(repository: Repository, config: Config, environ: Mapping[str, str]) -> Check:
    name = sync_remote(repository)
    if name is None:
        remedy = "git remote add origin ADDRESS"
        return Check(id="remote", state="warning", says="no remote: records stay on this machine", remedy=remedy)
    Sync(repository, config.state_dir, environ).address(name, pin=False)
    return _good("remote", f"records travel by {name}")


def _refspec(repository: Repository) -> Check:
    name = sync_remote(repository)
    if name is None or repository.fetches(REF_PREFIX):
        return _good("refspec", "plain `git fetch` brings the records" if name else "no remote, none needed")
    remedy = f"git config --add remote.{name}.fetch '{NOTES_REFSPEC}'"
    return Check(id="refspec", state="warning", says="plain `git fetch` does not bring the records", remedy=remedy)


def _records(repository: Repository, force: PolicyInForce | None) -> Check:
    records = read_records(repository)
    records = records if force is None else replace(records, broken=of_people(force, records).broken)
    bad = len(records.problems) + len(records.broken)
    says = f"{len(records.verified)} with a good signature, {counted(bad, 'problem')}"
    if bad:
        return Check(id="records", state="warning", says=says, remedy="see `reviewconsole log`")
    return _good("records", says)
