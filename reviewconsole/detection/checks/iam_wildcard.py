"""Find policies that allow everything, or everything of a service, on everything."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from reviewconsole import lazy_re as re
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.places import changed_at, fresh
from reviewconsole.detection.source import Source
from reviewconsole.detection.yaml_nodes import get, items, scalar
from reviewconsole.detection.yaml_tree import Document, documents
from reviewconsole.finding import Confidence, Family, Severity, Side

PAGE = page_of(
    "iam-wildcard",
    title="A policy allows everything",
    family=Family.BOUNDARY,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    what="Finds allowed actions `*` or `service:*` on resource `*` (Terraform, JSON, CloudFormation, code), statements "
    "whose actions or resources widen to `*`, Kubernetes roles with verb `*`, and administrator policies and owner "
    "roles that are attached. Deny statements, key policies and read-only actions do not count.",
    why="One leaked credential of this role, or one mistake of the program that holds it, then reaches everything in "
    "the account.",
    example='+     actions   = ["*"]\n+     resources = ["*"]',
    instead="Name the actions the program calls and the resources it calls them on; the access log of a trial run "
    "lists them.",
    references=("CKV_AWS_1, CKV_AWS_49", "kube-linter wildcard-in-rules", "CWE-250"),
    languages=("terraform", "json", "yaml", "typescript", "python"),
    alias="s-02",
)
_ACTIONS = re.compile(r"[\"']?\b(actions?|Action)[\"']?\s*[=:]\s*(\[[^\]]*\]|[\"'][^\"']*[\"'])", re.IGNORECASE)
_RESOURCES = re.compile(
    r"[\"']?\b(resources?|Resource)[\"']?\s*[=:]\s*(\[[^\]]*\]|[\"'][^\"']*[\"']|[\w.]+(?:\[[^\]]*\])?(?:\.\w+)*)",
    re.IGNORECASE,
)
_DENY = re.compile(r"[\"']?\beffect[\"']?\s*[=:]\s*[\"']?(\w+\.)*deny", re.IGNORECASE)
_WORD = re.compile(r"[\"']([^\"']*)[\"']")
_INTERPOLATION = re.compile(r"\$\{[^{}\n]*\}")
_ATTACHED = re.compile(
    r"policy/(AdministratorAccess|PowerUserAccess|IAMFullAccess)\b|\broles/(owner|editor)\b"
    r"|role_definition_name\s*=\s*\"(Owner|User Access Administrator)\""
    r"|ManagedPolicy\.fromAwsManagedPolicyName\([\"']AdministratorAccess"
    r"|\bfrom_aws_managed_policy_name\([\"']AdministratorAccess|ManagedPolicyArns?:.*AdministratorAccess"
)
_KINDS = frozenset({"terraform", "json", "typescript", "python", "yaml", "go"})
_SIGN = re.compile(r"[\"']?\b(actions?|resources?)\b[\"']?\s*[=:]|\"\*\"|'\*'|:\*[\"']", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """One allowing statement."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    first: int
    last: int
    text: str

    @property
    def key(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What makes two statements the same."""
        return self.actions, self.resources

    @property
    def everything(self) -> bool:
        """All actions of everything or of one service, where the service has resources to name."""
        return any(_all(action) for action in self.actions)


def _all(action: str) -> bool:
    return action == "*" or (action.endswith(":*") and action.count("*") == 1)


def check(context: Context) -> Iterator[Hit]:
    """Name statements that allow too much and did not before."""
    before: Counter[tuple[tuple[str, ...], tuple[str, ...]]] = Counter()
    olds: list[Statement] = []
    stayed: list[Statement] = []
    concerned = [
        s for s in context.sources if s.kind in _KINDS and any(_SIGN.search(s.new[at - 1][:2000]) for at in s.added)
    ]
    for source in context.sources if concerned else ():
        if source.kind in _KINDS and source.removed:
            olds += _statements(source, Side.OLD)
        elif source in concerned and source.has_old:
            stayed += _statements(source, Side.OLD)
    before.update(statement.key for statement in (*olds, *stayed))
    news = {id(source): _statements(source, Side.NEW) for source in concerned}
    # What still stands as it was is another statement, not the former self of a new one.
    left = Counter(statement.key for found in news.values() for statement in found)
    former = [statement for statement in (*olds, *stayed) if not left[statement.key]]
    for source in concerned:
        for statement in news[id(source)]:
            if before[statement.key] > 0:
                before[statement.key] -= 1
                continue
            reason, severity = _judged(statement, olds)
            if not reason:
                continue
            new = _granted(statement, former)
            if new is None:
                yield from changed_at(PAGE.rule, source, Side.NEW, _stars(source, statement), reason, severity=severity)
            elif new:
                reason = f"{_listed(new)} is allowed on every resource"
                span = _named(source, statement, new)
                yield from changed_at(PAGE.rule, source, Side.NEW, span, reason, severity=severity)
        if source.kind == "yaml":
            yield from _roles(source)
    for source, at, match in fresh(context, ("terraform", "json", "typescript", "python", "yaml"), _ATTACHED):
        if not any(match[0] in row for row in source.old):
            yield from changed_at(PAGE.rule, source, Side.NEW, (at, at), f"{match[0].split('/')[-1]} is attached")


def _judged(statement: Statement, olds: list[Statement]) -> tuple[str, Severity | None]:
    star = "*" in statement.resources
    principal = re.search(r"principal", statement.text, re.IGNORECASE)
    if principal and all(action.startswith("kms:") for action in statement.actions):
        return "", None
    if re.search(r"assume_?role", statement.text, re.IGNORECASE) and not star:
        return "", None
    if statement.everything and star:
        return f"{_listed(statement.actions)} is allowed on every resource", None
    widened = [old for old in olds if old.resources == statement.resources and not any(map(_all, old.actions))]
    if "*" in statement.actions and statement.resources:
        return "Every action is allowed on these resources", None if widened else Severity.MEDIUM
    if statement.everything and widened and _related(statement, widened):
        return f"The allowed actions widen to {_listed(statement.actions)}", Severity.MEDIUM
    narrow = [old for old in olds if old.actions == statement.actions and "*" not in old.resources and old.resources]
    if star and narrow:
        return f"{_listed(statement.actions)} is now allowed on every resource", _severity(statement)
    return "", None


def _granted(statement: Statement, olds: list[Statement]) -> tuple[str, ...] | None:
    """The whole services that a statement allows and its former self did not; None where it has no former self."""
    mine = set(statement.actions)
    same = [
        old for old in olds if old.resources == statement.resources and 2 * len(mine & set(old.actions)) > len(mine)
    ]
    if not same or not statement.everything:
        return None
    before = max((set(old.actions) for old in same), key=lambda actions: len(mine & actions))
    return tuple(sorted(action for action in mine - before if _all(action)))


def _named(source: Source, statement: Statement, actions: tuple[str, ...]) -> tuple[int, int]:
    """The first changed row of the statement that names one of the actions."""
    for at in range(statement.first, statement.last + 1):
        if at in source.added and any(action in source.new[at - 1] for action in actions):
            return at, at
    return statement.first, statement.last


def _severity(statement: Statement) -> Severity | None:
    reads = all(re.match(r"\w+:(Get|List|Describe|Head|BatchGet|View|Read)", action) for action in statement.actions)
    return Severity.MEDIUM if reads else None


def _related(statement: Statement, olds: list[Statement]) -> bool:
    services = {action.split(":")[0] for action in statement.actions}
    return any(services & {action.split(":")[0] for action in old.actions} for old in olds)


def _listed(actions: tuple[str, ...]) -> str:
    return ", ".join(actions[:3]) + (" and more" if len(actions) > 3 else "")


def _stars(source: Source, statement: Statement) -> tuple[int, int]:
    """The changed rows that hold the star, else the statement."""
    rows = [at for at in range(statement.first, statement.last + 1) if at in source.added and "*" in source.new[at - 1]]
    return (rows[0], rows[-1]) if rows else (statement.first, statement.last)


def _statements(source: Source, side: Side) -> list[Statement]:
    if source.kind == "yaml":
        return [found for document in documents(source, side) for found in _yaml(document)]
    text = _INTERPOLATION.sub(lambda match: " " * len(match[0]), "\n".join(source.lines(side)))
    if not _ACTIONS.search(text):
        return []
    found = []
    for first, last, own in _groups(text, "{}" if source.kind != "python" else "(){}"):
        actions, resources = _ACTIONS.search(own), _RESOURCES.search(own)
        if actions is None or _DENY.search(own):
            continue
        # Without the key at all (a trust policy, a rule of another sort) there is nothing to widen.
        words = tuple(sorted(_WORD.findall(resources[2]) or [resources[2]])) if resources else ()
        found.append(
            Statement(
                actions=tuple(sorted(_WORD.findall(actions[2]))),
                resources=words,
                first=text.count("\n", 0, first) + 1,
                last=text.count("\n", 0, last) + 1,
                text=own,
            )
        )
    return found


def _groups(text: str, marks: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and own text of each bracket group, that of inner groups blanked out."""
    opens, closes = marks[0::2], marks[1::2]
    stack: list[tuple[int, list[tuple[int, int]]]] = []
    for match in re.finditer(r"[{}()]", text):
        at, sign = match.start(), match[0]
        if sign in opens:
            stack.append((at, []))
        elif sign in closes and stack:
            first, inner = stack.pop()
            if stack:
                stack[-1][1].append((first, at))
            if at - first < 20_000:
                own = text[first : at + 1]
                for start, end in inner:
                    own = own[: start - first] + re.sub(r"[^\n]", " ", text[start : end + 1]) + own[end + 1 - first :]
                yield first, at, own


def _yaml(document: Document) -> Iterator[Statement]:
    for place, entry in document.entries.items():
        if place[-1] not in ("Action", "Actions") or place[:-1] not in document.entries:
            continue
        host = document.entries[place[:-1]]
        if scalar(get(host.node, "Effect")).lower() == "deny":
            continue
        resource = get(host.node, "Resource") or get(host.node, "Resources")
        yield Statement(
            actions=tuple(sorted(scalar(item) for item in items(entry.node) or (entry.node,))),
            resources=tuple(
                sorted(scalar(item) or "(reference)" for item in items(resource) or ((resource,) if resource else ()))
            ),
            first=host.line,
            last=host.end_line,
            text=document.source.text(document.side, host.line, host.end_line),
        )


def _roles(source: Source) -> Iterator[Hit]:
    before = {row for document in documents(source, Side.OLD) for row, _, _ in _rules(document)}
    for new in documents(source, Side.NEW):
        for row, line, end in _rules(new):
            if "*" in row[2] and row not in before:
                message = f"{new.label} may do everything with {', '.join(row[1])[:60] or 'what it names'}"
                severity = (
                    None if "*" in row[1] or "secrets" in row[1] or new.kind == "ClusterRole" else Severity.MEDIUM
                )
                yield from changed_at(PAGE.rule, source, Side.NEW, (line, end), message, severity=severity)
        if new.kind in ("ClusterRoleBinding", "RoleBinding") and scalar(new.get("roleRef", "name")) == "cluster-admin":
            entry = new.entries[("roleRef",)]
            yield from changed_at(
                PAGE.rule,
                source,
                Side.NEW,
                (entry.line, entry.end_line),
                f"{new.label} makes its subjects cluster-admin",
            )


_Row = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]


def _rules(document: Document) -> Iterator[tuple[_Row, int, int]]:
    if document.kind not in ("Role", "ClusterRole"):
        return
    for place, entry in document.entries.items():
        if len(place) == 2 and place[0] == "rules":
            held = [
                tuple(scalar(item) for item in items(get(entry.node, key)))
                for key in ("apiGroups", "resources", "verbs")
            ]
            yield (held[0], held[1], held[2]), entry.line, entry.end_line


CHECK = Check(page=PAGE, run=check)
