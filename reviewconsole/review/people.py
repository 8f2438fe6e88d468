"""`people`: edit who may decide, with which keys, and whose keys no longer count, in one go.

Three files of the work tree change together: policy.toml (comments and order are kept),
allowed_signers and revoked_keys. All are checked as the gate would read them before any is written.
A leaver stays in [people], since their commits still have an author; a leaver's key stays in
allowed_signers until a date, since what it signed before still counts where a witness saw it.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Array, Table

from reviewconsole.attestation import NAMESPACE
from reviewconsole.chain import PRINCIPAL
from reviewconsole.display import counted
from reviewconsole.errors import FormatError, PolicyError, Refused, StorageError, UsageError
from reviewconsole.loading.policies import parse_policy_file
from reviewconsole.policy import POLICY_PATH, REVOKED_PATH, SIGNERS_PATH, Policy
from reviewconsole.review.setup import work_tree
from reviewconsole.signers import RevokedKeys, SignerRoster
from reviewconsole.sshkey import fingerprint, parse_public, public_line


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonRow:
    """One person as the work tree has them."""

    name: str
    emails: tuple[str, ...]
    groups: tuple[str, ...]
    keys: tuple[str, ...]
    """Fingerprint and standing of each key."""


class Files:
    """The three files, read from a work tree; `write` puts them back together or not at all."""

    def __init__(self, folder: Path) -> None:
        self._root = work_tree(folder)
        self._raw = {path: self._read(path) for path in (POLICY_PATH, SIGNERS_PATH, REVOKED_PATH)}
        if self._raw[POLICY_PATH] is None:
            raise Refused(f"there is no {POLICY_PATH} here", remedy="run `reviewconsole init`")
        try:
            self.policy = tomlkit.parse(self._raw[POLICY_PATH] or "")
        except TOMLKitError as error:
            raise PolicyError(f"not TOML: {error}", place=POLICY_PATH) from error
        self.checked: Policy = parse_policy_file((self._raw[POLICY_PATH] or "").encode())
        self.signers = (self._raw[SIGNERS_PATH] or "").splitlines()
        self.revoked = (self._raw[REVOKED_PATH] or "").splitlines()

    def _read(self, path: str) -> str | None:
        place = self._root / path
        try:
            if place.exists() and not place.is_file():
                raise FormatError("is no file", place=path)
            return place.read_text(encoding="utf-8") if place.exists() else None
        except (OSError, UnicodeDecodeError) as error:
            raise FormatError(f"cannot be read: {error}", place=path) from error

    def roster(self) -> SignerRoster:
        """The signers as they would be read."""
        return SignerRoster.parse(_joined(self.signers).encode(), namespace=NAMESPACE)

    def write(self) -> list[str]:
        """Check everything, write what changed, say which files that was."""
        policy = tomlkit.dumps(self.policy)
        parse_policy_file(policy.encode())
        self.roster()
        RevokedKeys.parse(_joined(self.revoked).encode())
        wanted = {POLICY_PATH: policy, SIGNERS_PATH: _joined(self.signers), REVOKED_PATH: _joined(self.revoked)}
        changed = {path: text for path, text in wanted.items() if text != (self._raw[path] or "")}
        done: list[str] = []
        try:
            for path, text in changed.items():
                fresh = self._root / f"{path}.new"
                fresh.write_text(text, encoding="utf-8")
            for path in changed:
                (self._root / f"{path}.new").replace(self._root / path)
                done.append(path)
        except OSError as error:
            raise StorageError(f"cannot write {path}: {error.strerror}") from error
        return done


def _joined(lines: list[str]) -> str:
    return "".join(line + "\n" for line in lines)


def listed(folder: Path, now: int) -> tuple[PersonRow, ...]:
    """Everybody, with groups and keys."""
    files = Files(folder)
    roster, revoked = files.roster(), RevokedKeys.parse(_joined(files.revoked).encode())
    rows = []
    for name, emails in sorted(files.checked.people.items()):
        keys = []
        for key in roster.for_principal(name):
            standing = "revoked" if revoked.revoked(key.fingerprint, now) else "good"
            if standing == "good" and key.valid_before is not None:
                standing = f"until {_utc(key.valid_before)}" if now < key.valid_before else "ended"
            keys.append(f"{key.fingerprint} {standing}")
        groups = tuple(sorted(group for group, members in files.checked.groups.items() if name in members))
        rows.append(PersonRow(name=name, emails=tuple(sorted(emails)), groups=groups, keys=tuple(keys)))
    return tuple(rows)


def public_key(text: str) -> bytes:
    """Read a public key given as itself or as the path of a `.pub` file."""
    if not text.startswith(("ssh-", "ecdsa-", "sk-")):
        try:
            text = Path(text).expanduser().read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise FormatError(f"cannot be read: {error}", place=text) from error
        if "PRIVATE KEY" in text:
            raise UsageError("that is a private key", remedy="name the .pub file beside it")
    return parse_public(text)


def add(folder: Path, name: str, *, emails: tuple[str, ...], key: str, groups: tuple[str, ...]) -> list[str]:
    """Add a person, or an address, key or group to one who is there."""
    files = Files(folder)
    if not re.fullmatch(PRINCIPAL, name):
        raise UsageError("a person's name is lower-case letters, digits, dot, dash, underscore")
    known = name in files.checked.people
    if not known and not emails:
        raise UsageError(f"{name} needs an e-mail, or nobody could tell who wrote what", remedy="give --email")
    _add_emails(files, name, [email.strip().lower() for email in emails])
    for group in groups:
        if name not in files.checked.groups.get(group, ()):
            _group(files, group).append(name)
    if key:
        _add_key(files, name, public_key(key))
    return _done(files, f"{name}: {'changed' if known else 'added'}")


def _add_emails(files: Files, name: str, emails: list[str]) -> None:
    people = files.policy.setdefault("people", tomlkit.table(is_super_table=True))
    if name not in people:
        row = tomlkit.table()
        row.add("emails", tomlkit.array())
        people.append(name, row)
    held = people[name]["emails"]
    for email in emails:
        if email not in [str(each).strip().lower() for each in held]:
            held.append(email)


def _group(files: Files, group: str) -> Array:
    groups = files.policy.setdefault("groups", tomlkit.table())
    if group not in groups:
        groups.add(group, tomlkit.array())
    found = groups[group]
    if not isinstance(found, Array):
        raise PolicyError("must be a list", place=f"groups.{group}")
    return found


def _add_key(files: Files, name: str, blob: bytes) -> None:
    files.signers.append(f'{name} namespaces="{NAMESPACE}" {public_line(blob)}')


def rotate(folder: Path, name: str, *, key: str, old: str, compromised: bool, since: int | None, now: int) -> list[str]:
    """Give a person a new key; the old ones end now, or are revoked when they are compromised."""
    files = _known(folder, name)
    fresh = public_key(key)
    gone = [each for each in files.roster().for_principal(name) if not old or each.fingerprint == old]
    if old and not gone:
        raise UsageError(f"{name} has no key {old}", remedy="list them with `reviewconsole people`")
    for each in gone:
        _end_key(files, each.blob, compromised=compromised, since=since, now=now)
    _add_key(files, name, fresh)
    return _done(files, f"{name}: {fingerprint(fresh)} in, {counted(len(gone), 'key')} out")


def remove(folder: Path, name: str, *, compromised: bool, since: int | None, now: int) -> list[str]:
    """Let somebody go: out of every group and rule, every key at its end. Their authorship stays known."""
    files = _known(folder, name)
    for each in files.roster().for_principal(name):
        _end_key(files, each.blob, compromised=compromised, since=since, now=now)
    groups = files.policy.get("groups")
    for members in groups.values() if isinstance(groups, Table) else ():
        _without(members, name)
    rules = files.policy.get("rule")
    for rule in rules if isinstance(rules, AoT) else ():
        _without(rule.get("from"), name)
    return _done(files, f"{name}: out of every group and rule; the addresses stay, since they tell who wrote what")


def _known(folder: Path, name: str) -> Files:
    files = Files(folder)
    if name not in files.checked.people:
        raise UsageError(f"there is no [people.{name}]", remedy="list them with `reviewconsole people`")
    return files


def _without(members: object, name: str) -> None:
    if isinstance(members, Array) and name in members:
        members.remove(name)


def _end_key(files: Files, blob: bytes, *, compromised: bool, since: int | None, now: int) -> None:
    """A leaver's key ends; a compromised one is revoked, from a known day or from the beginning."""
    if compromised:
        dated = f'revoked-at="{_utc(since)}" ' if since is not None else ""
        files.revoked.append(f"{dated}{fingerprint(blob)}")
        return
    line = public_line(blob)
    end = since if since is not None else now
    files.signers = [_ended(row, end) if line in " ".join(row.split()) else row for row in files.signers]


_BEFORE = re.compile(r',?valid-before="[^"]*"')


def _ended(row: str, end: int) -> str:
    principal, options, rest = row.split(None, 2)
    return f'{principal} {_BEFORE.sub("", options)},valid-before="{_utc(end)}" {rest}'


def _utc(moment: int) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y%m%d%H%M%SZ")


def _done(files: Files, what: str) -> list[str]:
    changed = files.write()
    if not changed:
        return [f"{what}: nothing to change"]
    return [
        what,
        *(f"wrote {path}" for path in changed),
        "commit and push it like any change: a second reviewer must agree to it",
    ]
