"""`allowed_signers` and `revoked_keys`, in strict subsets of what OpenSSH reads.

ssh-keygen skips a line that it does not understand; here one bad line refuses the whole file, by
its number, because a skipped line is a key that should have been refused or a reviewer who is missing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from reviewconsole import lazy_re as re
from reviewconsole.errors import FormatError, PolicyError
from reviewconsole.sshkey import check_key, fingerprint, parse_public

DECISIONS = "decision@reviewconsole"
_LINE = re.compile(
    r"(?P<principal>[A-Za-z0-9][A-Za-z0-9._@+-]{0,127})[ \t]+"
    r'(?P<options>(?:[a-z-]+="[^"]*")(?:,[a-z-]+="[^"]*")*)[ \t]+'
    r"(?P<key>[a-z0-9@.-]+[ \t]+[A-Za-z0-9+/]+=*)(?:[ \t]+(?P<comment>.*))?"
)
_OPTION = re.compile(r'([a-z-]+)="([^"]*)"')
_TIME = re.compile(r"(\d{8})(\d{4})?(\d{2})?Z")
_FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]")
"""The last digit holds four bits: another spelling would name a key that does not exist."""
_REVOKED_AT = re.compile(r'revoked-at="([^"]*)"[ \t]+(.+)')
_LARGEST = 1 << 20


def parse_time(text: str) -> int:
    """Read OpenSSH's `YYYYMMDD[HHMM[SS]]Z` as seconds since the epoch.

    The `Z` is required: without it OpenSSH means local time, and two machines would disagree.
    """
    match = _TIME.fullmatch(text)
    if match is None or (match[3] and not match[2]):
        raise FormatError("a time must be YYYYMMDD[HHMM[SS]]Z, in UTC")
    try:
        moment = datetime.strptime(match[1] + (match[2] or "0000") + (match[3] or "00") + "Z", "%Y%m%d%H%M%S%z")
    except ValueError as error:
        raise FormatError("there is no such time") from error
    return int(moment.timestamp())


@dataclass(frozen=True, kw_only=True, slots=True)
class AllowedKey:
    """One line of allowed_signers."""

    principal: str
    key_type: str
    blob: bytes
    fingerprint: str
    namespaces: tuple[str, ...]
    valid_after: int | None
    """Seconds since the epoch; the key counts from then on."""
    valid_before: int | None
    """Seconds since the epoch; the key counts until then."""


def _lines(data: bytes, file: str) -> list[tuple[int, str]]:
    if len(data) > _LARGEST:
        raise PolicyError("larger than 1 MiB", place=file)
    try:
        text = data.decode("ascii")
    except UnicodeDecodeError as error:
        number = data[: error.start].count(b"\n") + 1
        raise PolicyError("not ASCII", place=f"{file} line {number}") from error
    rows = []
    for number, row in enumerate(text.split("\n"), 1):
        if any(char != "\t" and not char.isprintable() for char in row):
            raise PolicyError("a control character", place=f"{file} line {number}")
        stripped = row.strip(" \t")
        if stripped and not stripped.startswith("#"):
            rows.append((number, stripped))
    return rows


def _allowed(row: str) -> AllowedKey:
    match = _LINE.fullmatch(row)
    if match is None:
        raise FormatError('must be: principal namespaces="..." key-type base64, without wildcards or authorities')
    options: dict[str, str] = {}
    for name, value in _OPTION.findall(match["options"]):
        if name in options or name not in ("namespaces", "valid-after", "valid-before"):
            raise FormatError(f"option {name} stands twice or is not accepted")
        options[name] = value
    namespaces = tuple(options.get("namespaces", "").split(","))
    if not all(re.fullmatch(r"[A-Za-z0-9._@+-]+", namespace) for namespace in namespaces):
        raise FormatError("namespaces must be named, without wildcards")
    blob = parse_public(match["key"])
    return AllowedKey(
        principal=match["principal"],
        key_type=check_key(blob),
        blob=blob,
        fingerprint=fingerprint(blob),
        namespaces=namespaces,
        valid_after=parse_time(options["valid-after"]) if "valid-after" in options else None,
        valid_before=parse_time(options["valid-before"]) if "valid-before" in options else None,
    )


@dataclass(frozen=True, slots=True)
class SignerRoster:
    """The keys that may sign for one namespace."""

    keys: Mapping[bytes, AllowedKey]

    @classmethod
    def parse(cls, data: bytes, *, namespace: str = DECISIONS, file: str = "allowed_signers") -> "SignerRoster":
        """Read the file; PolicyError names the first bad line. A key stands once, under one name."""
        seen: dict[bytes, int] = {}
        keys = {}
        for number, row in _lines(data, file):
            try:
                key = _allowed(row)
            except FormatError as error:
                raise PolicyError(error.message, place=f"{file} line {number}") from error
            if key.blob in seen:
                why = f"the key stands in line {seen[key.blob]} already"
                raise PolicyError(why, place=f"{file} line {number}")
            seen[key.blob] = number
            if namespace in key.namespaces:
                keys[key.blob] = key
        return cls(keys)

    def by_blob(self, blob: bytes) -> AllowedKey | None:
        """The line of a key."""
        return self.keys.get(blob)

    def for_principal(self, principal: str) -> tuple[AllowedKey, ...]:
        """All keys of one person."""
        return tuple(key for key in self.keys.values() if key.principal == principal)


def _revocation(row: str) -> tuple[str, int | None]:
    """The fingerprint of a revoked key, and since when."""
    dated = _REVOKED_AT.fullmatch(row)
    moment, key = (parse_time(dated[1]), dated[2]) if dated is not None else (None, row)
    # Behind the key it would pass for a comment, and the key for revoked from the beginning.
    if "revoked-at" in key:
        raise FormatError('must be: revoked-at="TIME" first, then the key')
    name = key.split()[0]
    return (name if _FINGERPRINT.fullmatch(name) else fingerprint(parse_public(key))), moment


@dataclass(frozen=True, slots=True)
class RevokedKeys:
    """Keys that stopped counting: fingerprint -> since when (None: always)."""

    since: Mapping[str, int | None]

    @classmethod
    def parse(cls, data: bytes, *, file: str = "revoked_keys") -> "RevokedKeys":
        """Read `[revoked-at="TIME" ]SHA256:...` or a public key, one a line; PolicyError else."""
        since: dict[str, int | None] = {}
        for number, row in _lines(data, file):
            try:
                name, moment = _revocation(row)
            except FormatError as error:
                raise PolicyError(error.message, place=f"{file} line {number}") from error
            earlier = since.get(name, moment)
            since[name] = None if moment is None or earlier is None else min(moment, earlier)
        return cls(since)

    def revoked(self, name: str, at: int) -> bool:
        """Tell whether a key (by fingerprint) is revoked at a time, seconds since the epoch."""
        if name not in self.since:
            return False
        moment = self.since[name]
        return moment is None or at >= moment
