"""Find the places of a change that a senior must look at.

files -> sources -> line rules -> guards -> findings   (first stage, milliseconds)
                 -> checks     -> findings             (second stage)
                 -> ast-grep   -> guards -> findings   (third stage, a process)
"""

import difflib
import hashlib
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from reviewconsole import __version__
from reviewconsole import lazy_re as re
from reviewconsole.change import encode
from reviewconsole.detection import ast_grep, attributes, guards, line_rules, packs, renames
from reviewconsole.detection.kubernetes import unreadable
from reviewconsole.detection.model import Check, Context, Hit, Progress, RuleSettings, ScanResult, Told, Tree
from reviewconsole.detection.pages import page_of  # now: a later import of this module would hide `pages` below
from reviewconsole.detection.source import MAX_LINE, Source, is_fixture, is_nonproduction, is_vendored, oddities, read
from reviewconsole.detection.superseded import superseded
from reviewconsole.detection.tally import KEPT, Tally
from reviewconsole.detection.weighing import weighed
from reviewconsole.diff import FileDiff
from reviewconsole.errors import UsageError
from reviewconsole.finding import Dropped, Finding, Location, Page, Side, number
from reviewconsole.globs import Globs

__all__ = [
    "OWN_RULES",
    "STAGES",
    "Progress",
    "RuleSettings",
    "ScanResult",
    "Told",
    "Tree",
    "engine_digest",
    "page",
    "page_of",
    "pages",
    "scan",
    "stages",
]

STAGES = ("line rules", "checks", "ast-grep", "rule packs")
"""What `stages` does, one after the other."""

OWN_RULES = "own rules"
"""`external` of the findings of a person's own packs."""
_EVIDENCE = 400
_IGNORE = re.compile(r"reviewconsole:ignore\[([a-z0-9,\s-]+)\]\s+(\S.*)")
_UNSUPPRESSIBLE = frozenset({"suppression-added"})


def _checks() -> Sequence[Check]:
    """Every check; they are imported when something is scanned or looked up, since that is most of a start."""
    from reviewconsole.detection.checks import CHECKS

    return CHECKS


@cache
def pages() -> Mapping[str, Page]:
    """Every rule's page, by name."""
    found = [pack.page for pack in packs.load()] + [check.page for check in _checks()]
    return {each.rule: each for each in sorted(found, key=lambda each: each.rule)}


def page(name: str) -> Page:
    """The page of a rule, by its name or an alias such as `e-01`. Raises UsageError for neither."""
    for each in pages().values():
        if name == each.rule or name in each.aliases:
            return each
    close = difflib.get_close_matches(name, [*pages(), *(alias for p in pages().values() for alias in p.aliases)], n=3)
    guess = f"did you mean {' or '.join(close)}? " if close else ""
    raise UsageError(f"no rule is named {name}", remedy=f"{guess}`reviewconsole rules` lists them")


def scan(
    files: Sequence[FileDiff],
    *,
    settings: RuleSettings,
    tree_has: Callable[[str], bool] | None = None,
    old_tree: Tree | None = None,
    new_tree: Tree | None = None,
    told: Told | None = None,
) -> ScanResult:
    """Scan a change with every rule; findings are numbered, worst first.

    The trees are what the change leads from and to; without them a check knows the changed files only.
    `told` hears after each stage but the last what was found so far; what it raises ends the scan.
    """
    findings: list[Finding] = []
    notes: list[str] = []
    dropped: Counter[str] = Counter()
    places: list[Dropped] = []
    all_stages = stages(files, settings, tree_has=tree_has, old_tree=old_tree, new_tree=new_tree)
    for done, stage in enumerate(all_stages, start=1):
        findings += stage.findings
        notes += stage.notes
        dropped.update(stage.dropped)
        places += stage.dropped_places
        if told is not None and done < len(STAGES):
            told(Progress(findings=number(_distinct(findings)), running=STAGES[done]))
    distinct = _distinct(findings)
    if len(distinct) < len(findings):
        dropped["same-place"] += len(findings) - len(distinct)
    return ScanResult(
        findings=number(distinct),
        notes=tuple(notes),
        dropped=dict(sorted(dropped.items())),
        dropped_places=tuple(places[:KEPT]),
    )


def stages(
    files: Sequence[FileDiff],
    settings: RuleSettings,
    *,
    tree_has: Callable[[str], bool] | None = None,
    old_tree: Tree | None = None,
    new_tree: Tree | None = None,
) -> Iterator[ScanResult]:
    """Scan in the stages of `STAGES`. Findings are not numbered yet."""
    tally = Tally()
    sources, notes = _sources(files, settings, tally, attributes.generated(old_tree))
    ours = [d for pack in packs.load() for d in pack.documents if d.rule not in settings.disable]
    theirs = [d for pack in (*settings.packs, *settings.own_packs) for d in pack.documents]
    theirs = [d for d in theirs if d.rule not in settings.disable]
    with ast_grep.beside([d for d in ours if not d.regex], [d for d in theirs if not d.regex], sources) as structural:
        lines = line_rules.matches([d for d in (*ours, *theirs) if d.regex], sources)
        yield _result(list(guards.judge(list(lines), sources, tally)), settings, notes, tally)
        tally = Tally()
        if tree_has is None and new_tree is not None:
            tree_has = new_tree.has
        context = Context(sources=sources, tree_has=tree_has, old_tree=old_tree, new_tree=new_tree, tally=tally)
        checks = [check for check in _checks() if check.page.rule not in settings.disable]
        yield _result([hit for check in checks for hit in check.run(context)], settings, [], tally)
        for answer in structural:
            tally = Tally()
            found, trouble = answer()
            yield _result(list(guards.judge(found, sources, tally)), settings, trouble, tally)


def _result(hits: Sequence[Hit], settings: RuleSettings, notes: Sequence[str], tally: Tally) -> ScanResult:
    return ScanResult(
        findings=_findings(list(weighed(hits)), settings),
        notes=tuple(notes),
        dropped=dict(tally.counts),
        dropped_places=tuple(tally.places),
    )


def _sources(
    files: Sequence[FileDiff], settings: RuleSettings, tally: Tally, marked: Globs
) -> tuple[tuple[Source, ...], list[str]]:
    sources: list[Source] = []
    notes: list[str] = []
    written = Globs(settings.generated)
    for file in files:
        if written.matches(file.path):
            source: Source | str = f"{file.path}: generated by the policy, not scanned"
        elif attributes.exempt(marked, file.path):
            source = f"{file.path}: generated by .gitattributes, not scanned"
        else:
            source = read(file)
        if isinstance(source, str):
            notes.append(source)
            if "generated" in source.rpartition(": ")[2]:
                tally.add("generated-file", rule="", path=file.path, side=Side.NEW, line=1)
            continue
        notes += oddities(file, source)
        if unreadable(source):
            notes.append(f"{source.path}: no plain YAML (a template?), the manifest checks did not read it")
        sources.append(source)
    return renames.paired(sources), notes


def _findings(hits: Sequence[Hit], settings: RuleSettings) -> tuple[Finding, ...]:
    more = {pack.page.rule: pack.page for pack in (*settings.own_packs, *settings.packs)}
    own = frozenset(pack.page.rule for pack in settings.own_packs)
    return tuple(
        _finding(hit, settings, pages().get(hit.rule) or more[hit.rule], external=OWN_RULES if hit.rule in own else "")
        for hit in hits
    )


def _finding(hit: Hit, settings: RuleSettings, rule: Page, *, external: str) -> Finding:
    severity = settings.severity.get(hit.rule) or hit.severity or rule.severity
    construct = hit.source.host_name(hit.side, hit.line)
    aside = is_nonproduction(hit.source.path) or (hit.source.kind == "rust" and construct.startswith("tests."))
    if is_fixture(hit.source.path) or is_vendored(hit.source.path) or (hit.lowered and aside):
        severity = guards.lower(severity)
    sentence = hit.message.rstrip(".")
    return Finding(
        rule=hit.rule,
        family=rule.family,
        severity=severity,
        confidence=hit.confidence or rule.confidence,
        location=Location(
            path=hit.source.path_of(hit.side),
            side=hit.side,
            line=hit.line,
            end_line=hit.end_line,
            construct=construct,
        ),
        message=f"{sentence} (in {construct})." if construct else f"{sentence}.",
        evidence=hit.text[:_EVIDENCE],
        why=rule.why,
        instead=rule.instead,
        references=rule.references,
        suppressed=_suppression(hit),
        external=external,
    )


def _suppression(hit: Hit) -> str:
    """The reason of a `reviewconsole:ignore[rule] reason` on the line or the one above; empty without.

    A mark that the change itself adds does not count: a change cannot silence its own reviewer.
    """
    if hit.rule in _UNSUPPRESSIBLE:
        return ""
    for at in (hit.line, hit.line - 1):
        fresh = hit.side is Side.NEW and at in hit.source.added
        if not fresh and 0 < at <= len(hit.source.lines(hit.side)):
            match = _IGNORE.search(hit.source.lines(hit.side)[at - 1][:MAX_LINE])
            if match and hit.rule in (name.strip() for name in match[1].split(",")):
                return match[2].strip()
    return ""


def _distinct(findings: Sequence[Finding]) -> list[Finding]:
    """One finding of a rule at a place; of a safeguard removed and its opposite added, the latter."""
    kept: list[Finding] = []
    news = {(f.rule, f.location.path, f.location.construct) for f in findings if f.location.side is Side.NEW}
    taken: dict[tuple[str, str, Side], set[int]] = {}
    for finding in findings:
        place = finding.location
        if place.side is Side.OLD and place.construct and (finding.rule, place.path, place.construct) in news:
            continue
        rows = taken.setdefault((finding.rule, place.path, place.side), set())
        span = range(place.line, place.end_line + 1)
        if rows.isdisjoint(span):
            rows.update(span)
            kept.append(finding)
    return superseded(kept)


@cache
def _engine() -> bytes:
    digest = hashlib.sha256(f"{__version__}\0".encode())
    digest.update(packs.source_bytes())
    folder = Path(__file__).parent
    for path in sorted(
        (*folder.rglob("*.py"), *folder.glob("*.json")), key=lambda each: each.relative_to(folder).as_posix()
    ):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    for package in ("ast-grep-cli", "google-re2", "pyyaml"):
        digest.update(f"{package} {_version(package)}\0".encode())
    digest.update(b"structural" if ast_grep.binary() else b"without ast-grep")
    return digest.digest()


def _version(package: str) -> str:
    # the name of an installed package's folder says it; `importlib.metadata` costs a tenth of a short verify
    start = package.replace("-", "_") + "-"
    for folder in map(Path, dict.fromkeys(sys.path)):
        try:
            names = os.listdir(folder)  # noqa: PTH208 - as quick as it gets, since every start pays for it
        except OSError:
            continue
        found = [name for name in names if name.lower().startswith(start) and name.endswith(".dist-info")]
        if len(found) == 1:
            return found[0][len(start) : -len(".dist-info")]
    from importlib import metadata

    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "absent"


def engine_digest(settings: RuleSettings) -> str:
    """Identify what produces findings: rules, code, versions and settings, as `sha256:...`."""
    digest = hashlib.sha256(_engine())
    for rule in sorted(settings.disable):
        digest.update(f"disable {rule}\0".encode())
    for rule, severity in sorted(settings.severity.items()):
        digest.update(f"severity {rule} {severity.value}\0".encode())
    digest.update(f"packs {settings.packs_digest}\0".encode())
    for pattern in settings.generated:
        digest.update(b"generated " + encode(pattern) + b"\0")
    return "sha256:" + digest.hexdigest()
