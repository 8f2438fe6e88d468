"""The policy of a repository: who must sign off what (contract: `.reviewconsole/policy.toml`).

Parsed from a mapping, never from a file. An unknown key, kind, group or person is an error that
names its path, since a rule that is silently ignored is a rule that does not hold.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from reviewconsole import canonical
from reviewconsole import lazy_re as re
from reviewconsole.boundary import CONSTRAINT_ID, LEVELS
from reviewconsole.chain import PRINCIPAL
from reviewconsole.errors import PolicyError
from reviewconsole.evidence import AI_CLASSES, ProvenanceClass
from reviewconsole.finding import Severity
from reviewconsole.globs import Globs, Units
from reviewconsole.mapping import Table

FOLDER = ".reviewconsole"
POLICY_PATH = f"{FOLDER}/policy.toml"
SIGNERS_PATH = f"{FOLDER}/allowed_signers"
REVOKED_PATH = f"{FOLDER}/revoked_keys"

CARRY_OVER = ("exact", "same-content", "replay")
_REQUIRE = r"read-all|acknowledge-high|touch|pin|fresh|max-age=[1-9][0-9]*[hd]"
_BRANCH = r"[^\s:?\[\\^~]+"
_PACK_FOLDER = r"(?!/)(?:(?!\.\.(?:/|$))[^/\0]+/?)+"
_SEVERITIES = [severity.value for severity in Severity]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One `[[rule]]`: applies when a changed path and the risk level match."""

    id: str
    approvals: int
    people: frozenset[str]
    """Everybody whose approval counts: the groups of `from`, resolved."""
    paths: Globs | None
    risk: frozenset[str]
    """Levels it applies to; empty means all."""
    require: tuple[str, ...]
    carry_over: str

    def applies(self, paths: tuple[str, ...], level: str) -> bool:
        """Tell whether this rule speaks about a change with these paths and this risk level."""
        if self.risk and level not in self.risk:
            return False
        return self.paths is None or any(self.paths.matches(path) for path in paths)


@dataclass(frozen=True, kw_only=True, slots=True)
class When:
    """The condition of a constraint: every part that is given must hold."""

    provenance: ProvenanceClass | None
    """Weakest class it applies to: stronger evidence never takes a duty away."""
    assume_ai: bool
    """Whether a change without evidence is taken as AI-assisted."""
    paths: Globs | None
    branch: Globs | None
    """Of the target, since the author chooses the name of the change's own branch."""
    units: frozenset[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class ConstraintTable:
    """One `[[constraint]]`, its kind's own keys still unread."""

    id: str
    kind: str
    level: str
    why: str
    exempt: Globs
    when: When | None
    waivable: bool
    options: Mapping[str, object]
    text_sha256: str
    place: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Emergency:
    """`[emergency]`: who may approve at once, and for how long that counts."""

    people: frozenset[str]
    seconds: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SarifSource:
    """One `[[rules.sarif]]`: a file of the work tree, or a command that the person's settings must name too."""

    file: str = ""
    command: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """A policy file, checked."""

    repository: str
    targets: tuple[str, ...]
    """Branch names or patterns, without `refs/heads/`."""
    trust: str
    """Branch that signers and revocations are read from."""
    scope: str
    counts_as_ai: ProvenanceClass
    assume_ai: tuple[str, ...]
    unknown_authors: str
    units: Units
    generated: Globs
    people: Mapping[str, frozenset[str]]
    """Person -> lower-cased e-mail addresses."""
    groups: Mapping[str, frozenset[str]]
    rules: tuple[Rule, ...]
    constraints: tuple[ConstraintTable, ...]
    disabled: frozenset[str]
    severity: Mapping[str, Severity] = field(default_factory=dict)
    emergency: Emergency | None = None
    backports: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """(pattern of targets, patterns of targets whose decisions count there by equal content)."""
    packs: tuple[str, ...] = ()
    """Folders of further rule files, read from the policy's own commit."""
    sarif: tuple[SarifSource, ...] = ()

    def person_of(self, email: str) -> str | None:
        """Name the person an e-mail belongs to."""
        wanted = email.strip().lower()
        return next((name for name, emails in self.people.items() if wanted in emails), None)

    def backport_sources(self, branch: str) -> Globs | None:
        """Branches whose decisions count for this target by equal content."""
        sources = tuple(
            name for pattern, names in self.backports if Globs((pattern,)).matches(branch) for name in names
        )
        return Globs(sources) if sources else None

    def covers(self, branch: str) -> bool:
        """Tell whether a branch name (without `refs/heads/`) is one of the targets."""
        return Globs(self.targets).matches(branch)


def parse_policy(raw: Mapping[str, object]) -> Policy:
    """Check a policy mapping; PolicyError names the place of the first fault."""
    top = Table(raw, error=PolicyError)
    if top.integer("version") != 1:
        raise top.fail("version", "this program reads version 1")
    repository = top.text("repository", pattern=r".+")
    targets = top.texts("targets", pattern=_BRANCH)
    if not targets:
        raise top.fail("targets", "names no branch")
    trust = top.text("trust", next((name for name in targets if "*" not in name), "main"))
    if not Globs(targets).matches(trust):
        raise top.fail("trust", f"the trust branch {trust!r} is none of the targets, so anybody could push to it")
    review = top.table("review", missing=True)
    people = _people(top.table("people", missing=True))
    groups = _groups(top.table("groups", missing=True), people)
    rules = tuple(_rule(row, people, groups) for row in top.tables("rule", missing=True))
    if not rules:
        raise top.fail("rule", "there is no rule, so nothing could ever be satisfied")
    boundary = top.table("boundary", missing=True)
    detection = top.table("rules", missing=True)
    severity = detection.table("severity", missing=True)
    policy = Policy(
        repository=repository,
        targets=targets,
        trust=trust,
        scope=review.text("scope", "ai-assisted", choices=["ai-assisted", "all"]),
        counts_as_ai=ProvenanceClass(
            review.text("counts_as_ai", "heuristic", choices=["declared", "strong", "heuristic"])
        ),
        assume_ai=review.texts("assume_ai", ()),
        unknown_authors=review.text("unknown_authors", "allow", choices=["allow", "refuse"]),
        units=Units(boundary.texts("units", ()), place="boundary.units"),
        generated=Globs(boundary.texts("generated", ()), place="boundary.generated"),
        people=people,
        groups=groups,
        rules=rules,
        constraints=tuple(_constraint(row) for row in top.tables("constraint", missing=True)),
        disabled=frozenset(detection.texts("disable", ())),
        severity={key: Severity(severity.text(key, choices=_SEVERITIES)) for key in severity.keys()},  # noqa: SIM118
        emergency=_emergency(top, groups),
        backports=_backports(top),
        packs=detection.texts("packs", (), pattern=_PACK_FOLDER),
        sarif=tuple(_sarif(row) for row in detection.tables("sarif", missing=True)),
    )
    for table in (review, boundary, detection, top):
        table.end()
    _unique([rule.id for rule in rules], "rule")
    _unique([constraint.id for constraint in policy.constraints], "constraint")
    return policy


def _unique(names: list[str], place: str) -> None:
    for index, name in enumerate(names):
        if name in names[:index]:
            raise PolicyError(f"{name!r} stands twice", place=f"{place}[{index}].id")


def _people(table: Table) -> dict[str, frozenset[str]]:
    people: dict[str, frozenset[str]] = {}
    claimed: dict[str, str] = {}
    for name in table.keys():  # noqa: SIM118 - Table.keys checks that keys are strings
        if not re.fullmatch(PRINCIPAL, name):
            raise table.fail(name, "a person's name is lower-case letters, digits, dot, dash, underscore")
        row = table.table(name)
        emails = frozenset(email.strip().lower() for email in row.texts("emails", pattern=r"\S+"))
        if not emails:
            raise row.fail("emails", "names no address, so nobody could be told to be the author")
        for email in sorted(emails):
            if email in claimed:
                raise row.fail("emails", f"{email} already belongs to {claimed[email]}")
            claimed[email] = name
        row.end()
        people[name] = emails
    return people


def _groups(table: Table, people: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    groups = {}
    for name in table.keys():  # noqa: SIM118
        members = table.texts(name)
        for index, member in enumerate(members):
            if member not in people:
                raise table.fail(f"{name}[{index}]", f"there is no [people.{member}]")
        if not members:
            raise table.fail(name, "has no member")
        groups[name] = frozenset(members)
    return groups


def _rule(row: Table, people: Mapping[str, frozenset[str]], groups: Mapping[str, frozenset[str]]) -> Rule:
    names = row.texts("from")
    if not names:
        raise row.fail("from", "names nobody, so it could never be satisfied")
    members: set[str] = set()
    for index, name in enumerate(names):
        if name in groups:
            members |= groups[name]
        elif name in people:
            members.add(name)
        else:
            raise row.fail(f"from[{index}]", f"there is no group and no person called {name!r}")
    approvals = row.integer("approvals", 1, least=1)
    if approvals > len(members):
        raise row.fail("approvals", f"asks for {approvals} of {len(members)} people")
    paths = row.texts("paths", ())
    rule = Rule(
        id=_own_id(row),
        approvals=approvals,
        people=frozenset(members),
        paths=Globs(paths, place=f"{row.place}.paths") if row.has("paths") else None,
        risk=frozenset(row.texts("risk", (), choices=[*_SEVERITIES, "none"])),
        require=row.texts("require", (), pattern=_REQUIRE),
        carry_over=row.text("carry_over", "same-content", choices=CARRY_OVER),
    )
    row.end()
    return rule


_RESERVED = ("policy.self", "records", "authors", "rule", "rules.packs")


def _when(row: Table) -> When | None:
    if not row.has("when"):
        return None
    table = row.table("when")
    names = table.texts("provenance", (), choices=AI_CLASSES)
    when = When(
        provenance=min((ProvenanceClass(name) for name in names), key=lambda kind: kind.rank, default=None),
        assume_ai=table.text("assume", "nothing", choices=["ai", "nothing"]) == "ai",
        paths=Globs(table.texts("paths"), place=f"{table.place}.paths") if table.has("paths") else None,
        branch=Globs(table.texts("branch"), place=f"{table.place}.branch") if table.has("branch") else None,
        units=frozenset(table.texts("unit", ())),
    )
    if not table.keys():
        raise row.fail("when", "holds no condition")
    if when.assume_ai and when.provenance is None:
        raise table.fail("assume", "needs `provenance` beside it")
    table.end()
    return when


def _digestible(value: object) -> object:
    """Spell floats and dates out, which canonical JSON has not."""
    if isinstance(value, Mapping):
        return {str(key): _digestible(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_digestible(item) for item in value]
    return value if isinstance(value, str | int) else repr(value)


def _own_id(row: Table) -> str:
    """An id that no requirement of the program's own bears: a verdict tells them apart by it."""
    name = row.text("id", pattern=CONSTRAINT_ID)
    if name in _RESERVED:
        raise row.fail("id", "is a name of the program's own")
    return name


def _constraint(row: Table) -> ConstraintTable:
    name = _own_id(row)
    kind = row.text("kind")
    level = row.text("level", "block", choices=LEVELS)
    why = row.text("why", "")
    exempt = Globs(row.texts("exempt", ()), place=f"{row.place}.exempt")
    common = {key: row.raw(key) for key in ("when", "waivable") if row.has(key)}
    when = _when(row)
    waivable = row.flag("waivable", default=False)
    options = row.rest()
    whole = {"id": name, "kind": kind, "level": level, "why": why, "exempt": list(exempt.patterns), **common, **options}
    return ConstraintTable(
        id=name,
        kind=kind,
        level=level,
        why=why,
        exempt=exempt,
        when=when,
        waivable=waivable,
        options=options,
        text_sha256=canonical.digest(_digestible(whole)),
        place=row.place,
    )


def duration(text: str) -> int:
    """Seconds of `24h` or `30d`."""
    return int(text[:-1]) * {"h": 3600, "d": 86400}[text[-1]]


def _emergency(top: Table, groups: Mapping[str, frozenset[str]]) -> Emergency | None:
    if not top.has("emergency"):
        return None
    table = top.table("emergency")
    names = table.texts("from")
    for index, name in enumerate(names):
        if name not in groups:
            raise table.fail(f"from[{index}]", f"there is no group called {name!r}")
    expires = table.text("expires", pattern=r"[1-9][0-9]{0,3}[hd]")
    table.end()
    return Emergency(people=frozenset(one for name in names for one in groups[name]), seconds=duration(expires))


def _backports(top: Table) -> tuple[tuple[str, tuple[str, ...]], ...]:
    table = top.table("backports", missing=True)
    found = tuple((target, table.texts(target, pattern=_BRANCH)) for target in table.keys())  # noqa: SIM118
    for index, (target, sources) in enumerate(found):
        Globs((target, *sources), place=f"backports[{index}]")
    table.end()
    return found


def _sarif(row: Table) -> SarifSource:
    file, command = row.text("file", ""), row.texts("command", ())
    if bool(file) == bool(command):
        raise row.fail("file", "name a file or a command, one of them")
    if file.startswith("/") or ".." in file.split("/"):
        raise row.fail("file", "is no path inside the repository")
    row.end()
    return SarifSource(file=file, command=command)
