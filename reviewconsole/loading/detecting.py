"""Run detection on one change with what repository, policy and person add: trees, packs, other scanners."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from reviewconsole.change import Change, Oid
from reviewconsole.detection import RuleSettings, ScanResult, Told, pages
from reviewconsole.detection.model import Pack
from reviewconsole.detection.sarif import LARGEST, deduplicated, read_sarif
from reviewconsole.detection.scanners import run_scanner
from reviewconsole.detection.user_packs import MOST_FILES, PackFault, UserPacks, read_packs
from reviewconsole.diff import FileDiff
from reviewconsole.errors import FormatError, RepositoryError, Undecidable
from reviewconsole.facts import PolicyInForce
from reviewconsole.finding import Finding, number
from reviewconsole.git.repository import Repository
from reviewconsole.git.trees import FOLDER_MODE
from reviewconsole.loading.policies import for_change
from reviewconsole.loading.results import UNFINISHED
from reviewconsole.loading.scanning import scan_trees
from reviewconsole.loading.store import Store
from reviewconsole.loading.trees import CommitTree
from reviewconsole.policy import Policy, SarifSource

_SUFFIXES = (".yml", ".yaml")
_REMEMBERED = 16
_READ: dict[tuple[tuple[str, str], ...], UserPacks] = {}


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """What finds, and what of the policy's part of it is broken."""

    settings: RuleSettings
    sarif: tuple[SarifSource, ...] = ()
    faults: tuple[str, ...] = ()
    """Broken packs of the policy: the gate cannot judge without them."""
    notes: tuple[str, ...] = ()
    """Broken packs of the person."""


def rules_for(store: Store, force: PolicyInForce | None) -> Rules:
    """The built-in rules as the policy wants them, its packs, and the person's own."""
    if force is None:
        return _rules(store, RuleSettings(), (), ())
    policy = force.policy
    theirs = policy_packs(store.repository, force.commit, policy)
    settings = RuleSettings(
        disable=policy.disabled,
        severity=policy.severity,
        generated=policy.generated.patterns,
        packs=theirs.packs,
        packs_digest=theirs.digest,
    )
    return _rules(store, settings, policy.sarif, tuple(f"a rule pack of the policy: {f}" for f in theirs.faults))


def _rules(store: Store, settings: RuleSettings, sarif: tuple[SarifSource, ...], faults: tuple[str, ...]) -> Rules:
    taken = {pack.page.rule for pack in settings.packs}
    own = tuple(pack for pack in store.own.packs.packs if pack.page.rule not in taken)
    notes = [f"a rule pack of your own: {fault}" for fault in store.own.packs.faults]
    return Rules(settings=replace(settings, own_packs=own), sarif=sarif, faults=faults, notes=tuple(notes))


def policy_packs(repository: Repository, commit: Oid, policy: Policy) -> UserPacks:
    """Read the folders that a policy names, at a commit. A folder that is not there is a fault."""
    folders = [(name.rstrip("/"), repository.item_at(commit, name.rstrip("/"))) for name in policy.packs]
    key = tuple((name, item.oid if item is not None else "") for name, item in folders)
    if key not in _READ:
        files: dict[str, bytes] = {}
        faults = []
        for name, item in folders:
            if item is None or item.mode != FOLDER_MODE:
                faults.append(PackFault(path=name, line=1, why=f"is no folder at {commit[:12]}"))
                continue
            tree = CommitTree(repository, item.oid)
            paths = [path for path in tree.paths() if path.endswith(_SUFFIXES)]
            if len(paths) > MOST_FILES:
                faults.append(PackFault(path=name, line=1, why=f"holds more than {MOST_FILES} files"))
            files.update({f"{name}/{path}": data for path, data in tree.read_many(paths[:MOST_FILES]).items()})
            faults += [PackFault(path=name, line=1, why=note) for note in tree.notes]
        read = read_packs(files, taken=pages() if files else ())
        if len(_READ) >= _REMEMBERED:
            _READ.clear()
        _READ[key] = replace(read, faults=(*read.faults, *faults))
    return _READ[key]


def known_packs() -> tuple[Pack, ...]:
    """The packs of every policy that was read."""
    return tuple(pack for read in _READ.values() for pack in read.packs)


def would_break(repository: Repository, change: Change, policy: Policy, paths: Sequence[str]) -> tuple[str, ...]:
    """The packs that a change to them would leave broken, and every later verdict with them."""
    folders = tuple(f"{name.rstrip('/')}/" for name in policy.packs)
    if not folders or not any(path.startswith(folders) for path in paths):
        return ()
    try:
        broken = policy_packs(repository, change.head, policy).faults
    except RepositoryError as error:
        return (f"the rule packs cannot be read: {error}",)
    return tuple(f"this change would break a rule pack of the policy: {fault}" for fault in broken)


def detect(
    store: Store, change: Change, files: Sequence[FileDiff], rules: Rules, told: Told | None = None
) -> ScanResult:
    """Scan a change, and add what other scanners say about its added lines; `told` hears how it goes."""
    if store.scanner is not None and files:
        result = store.scanner.scan(change, files, rules.settings, told)
    else:
        result = scan_trees(store.repository, change.base_tree, change.head_tree, files, rules.settings, told=told)
    notes = [*result.notes, *rules.notes]
    external: list[Finding] = []
    for name, data in _reports(store, rules.sarif, files, notes):
        try:
            report = read_sarif(data, files, name=name)
        except FormatError as error:
            if (name, data) in store.own.reports:
                raise
            notes.append(f"another scanner: {error}")
            continue
        external += report.findings
        notes += report.notes
    kept, double = deduplicated(external, result.findings)
    dropped = {**result.dropped, **({"same-as-ours": double} if double else {})}
    return replace(result, findings=number([*result.findings, *kept]), notes=tuple(notes), dropped=dropped)


_UNSCANNED = ("not scanned", "left out of", "did not", "may miss", "could not be asked")


def unscanned(result: ScanResult) -> tuple[str, ...]:
    """The notes that tell of something no rule has read."""
    return tuple(note for note in result.notes if any(word in note for word in _UNSCANNED))


def unfinished(result: ScanResult) -> str:
    """What the notes tell of rules that should have read it and did not; empty where all did."""
    return "; ".join(note for note in result.notes if any(word in note for word in UNFINISHED))


def prefetch(store: Store, changes: Sequence[Change]) -> None:
    """Start scanning many changes in the background, each by the policy that judges it now."""
    if store.scanner is None:
        return
    by_target: dict[str, Rules] = {}
    wanted = []
    for change in changes:
        if change.target not in by_target or change.landed:
            try:
                force = for_change(store.repository, change, store.targets)
            except (FormatError, RepositoryError, Undecidable):
                force = None
            by_target[change.target] = rules_for(store, force)
        wanted.append((change, by_target[change.target].settings))
    store.scanner.prefetch(wanted)


def _reports(
    store: Store, sources: Sequence[SarifSource], files: Sequence[FileDiff], notes: list[str]
) -> list[tuple[str, bytes]]:
    """The SARIF documents at hand: given by the person, or asked for by the policy and allowed by the person."""
    own = store.own
    found = list(own.reports)
    for source in sources if own.active else ():
        if source.file:
            data = _file(own.root, source.file)
            if isinstance(data, str):
                notes.append(data)
            else:
                found.append((source.file, data))
        elif source.command not in own.scanners:
            notes.append(f"{source.command[0]} was not run: your own settings do not name this command")
        else:
            answer = run_scanner(source.command, files, own.environ)
            if isinstance(answer, str):
                notes.append(answer)
            else:
                found.append((source.command[0], answer))
    return found


def _file(root: Path | None, name: str) -> bytes | str:
    """A file of the work tree, no link out of it; or why there is none."""
    if root is None:
        return f"{name}: there is no work tree to read it from"
    try:
        place = (root / name).resolve(strict=True)
        if not place.is_relative_to(root.resolve()) or not place.is_file():
            return f"{name}: is no file of the work tree"
        with place.open("rb") as stream:
            return stream.read(LARGEST + 1)
    except OSError as error:
        return f"{name}: {error.strerror}"
