"""Find routes that stay while the check of who may call them goes."""

from collections import Counter
from collections.abc import Iterator
from difflib import SequenceMatcher

from reviewconsole import lazy_re as re
from reviewconsole.detection.code import CODE
from reviewconsole.detection.guards import plain
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.places import changed_at, fresh
from reviewconsole.detection.source import MAX_LINE, Source, is_nonproduction, is_test
from reviewconsole.detection.yaml_nodes import scalar
from reviewconsole.detection.yaml_tree import at_entry, counterpart, paired
from reviewconsole.finding import Family, Severity, Side

PAGE = page_of(
    "auth-removed",
    title="A check of who may call is removed",
    family=Family.RISK,
    severity=Severity.CRITICAL,
    what="Finds decorators, guards, middleware, permission classes and checks in the body that are removed while the "
    "route, class or function they protected stays, and marks that open it (AllowAny, permitAll, csrf_exempt). A check "
    "that moves to the class, router or application in the same file does not count.",
    why="Everything still works for those who may, so no test and no user complains; the others find out later.",
    example="-@login_required\n def export(request):",
    instead="Keep the check at the route or above it, and add a test that an anonymous call is refused.",
    references=("CWE-306", "CWE-862", "OWASP Top 10 A01:2021"),
    languages=("python", "typescript", "go", "java", "kotlin", "ruby", "terraform", "yaml"),
    alias="s-04",
)
_TOKEN = re.compile(
    r"\b(login_required|\w*permissions?_required|\w*has_access\w*"
    r"|(?:admin|protected|auth(?:ed|enticated)?|private|secure\w*|session|member)Procedure|user_passes_test|staff_member_required|superuser_required"
    r"|requires?_?(auth\w*|login|permissions?|roles?|scopes?|admin|user|session|token|mfa|csrf)"
    r"|(auth|authenticated|jwt|token|roles?|admin|scopes?|permissions?|login|api_?key|session|mfa"
    r"|reauth)_required|permission_classes|authentication_classes|IsAuthenticated\w*|IsAdminUser"
    r"|LoginRequiredMixin|PermissionRequiredMixin|UserPassesTestMixin|get_current_(active_|admin_)?user\w*"
    r"|(?:verify|validate|check)_?(token|jwt|auth\w*|permissions?|access|api_?key|signature|session|csrf|role"
    r"|scope|owner\w*)"
    r"|(?:clean|filter|resolve|limit)_permissions?|has_(object_)?perm(ission)?s?|\w*has_\w*permissions?\w*|assert_?(can|perm|auth|owner|admin)\w*|ensure_?(auth\w*|login|logged_?in"
    r"|admin|permission|owner)\w*|check_object_permissions|current_user_can|can_(access|edit|view|delete|manage)\w*"
    r"|is_authenticated|is_?(admin|staff|superuser|owner|authorized)\b|UseGuards|AuthGuard\w*|RolesGuard"
    r"|JwtAuthGuard|passport\.authenticate|isAuthenticated|isLoggedIn|isAuthorized|requireAuth\w*|requireUser"
    r"|requireAdmin\w*|requireLogin|requireRole\w*"
    r"|requirePermission\w*|withAuth\w*|authMiddleware|authenticate(?!_begin|_complete)\w*|authorized?\b\w*|PreAuthorize"
    r"|PostAuthorize|Secured|RolesAllowed|hasRole|hasAuthority|hasAnyRole|hasPermission|checkPermission\w*"
    r"|VerifyToken\w*|verifyToken"
    r"|RequireAuth\w*|AuthMiddleware|AuthRequired|WithAuth\w*|Authenticat(e|or|ed)\w*|Authoriz(e|er|ed)\w*"
    r"|before_action\s+:(authenticate|authorize|require|verify|ensure|check)\w*|load_and_authorize_resource"
    r"|authenticate_user!|protect_from_forgery"
    r"|csrf_protect|(?:raise|throw|throw new)\s+[\w.]*(?:PermissionDenied|Forbidden|Unauthorized"
    r"|NotAuthenticated|AccessDenied)|abort\((?:401|403)|StatusForbidden|StatusUnauthorized"
    r"|sendStatus\((?:401|403)|permits?\(|Security\(|require_sudo\w*|sudo_required"
    r"|auth\.(required|login_required)|auth0|ensureLoggedIn|verify_?csrf\w*|CsrfViewMiddleware"
    r"|AuthenticationMiddleware|ensure(?:Admin|Owner|Permission|Auth|Login|Role)\w*|assert(?:Permission|Admin|Owner|Can|Auth|Access)\w*"
    r"|Requires(?:Permissions?|Roles?|Auth\w*|Scopes?)\b|(?<=@)Roles\b|(?:get|require)(?:Server)?Session\(|!\s*[\w.?]*[iI]s(?:Admin|Staff|Owner)\b"
    r"|(?:UNAUTHORIZED|FORBIDDEN)\b|status\((?:401|403)\)|WriteHeader\((?:401|403)\)|status:\s*(?:401|403)\b)"
)
_OPENS = re.compile(r"\bAllowAny\b|\bpermission_classes\s*=\s*(\[\s*\]|\(\s*\))"
                    r"|\bauthentication_classes\s*=\s*(\[\s*\]|\(\s*\))|@csrf_exempt\b|@AllowAnonymous"
                    r"|\.permitAll\(\)|@PermitAll\b|skip_before_action\s+:(auth|require|verify|login)\w*"
                    r"|skip_authorization|@Public\(\)|allow_anonymous\s*=\s*True"
                    r"|\bauth(?:entication)?\s*[:=]\s*(false|None|null)\b|@login_exempt"
                    r"|anonymous_allowed\s*=\s*True|skip_?auth\w*\s*[:=]\s*[tT]rue"
                    r"|auth_?required\s*[:=]\s*[fF]alse|AUTH_?(ENABLED|REQUIRED)\s*[:=]\s*[fF]alse")  # fmt: skip
_IMPORT = re.compile(
    r"^\s*(from\s+\S+\s+import|import\b|const\s+\{?.*\}?\s*=\s*require\(|use\s|require\b|include\s+\S+$"
    r"|\"[\w./-]+\"$|[\w, ]+,?\s*$|\)\s*$)"
)
_DEFINES = re.compile(
    r"^\s*(?:export\s+)?(?:async\s+)?(?:def|func|function|class|interface|type|fun"
    r"|fn)\s+(?:\([^)]*\)\s*)?\w*(auth|permission|login|token|role|access)\w*",
    re.IGNORECASE,
)
_DECLARES = re.compile(
    r"^\s*(?:async\s+)?def\s|.*:\s*\{?[^(=]*:\s*\w*Authenticated\w*\s*[,;})]|.*\b(ctx|context|req|request)\s*:\s*\w*Auth\w*"
)
_ASKS = re.compile(r"Depends|Security\(|current_\w*user|@|req\.user")
"""In the head of a function a check stands as a dependency; else it is the name of a parameter or of a type."""
_VALUE = re.compile(r"\bauthenticated_\w+\.|\S if \S.* else \S|^\s+\w+=(?!=)[\w.]+\([^()]*\),?$")
"""Who was let in long before, a choice between two values, and an argument by keyword: none decides who enters."""
_GIVEN = re.compile(
    r"[(,]\s*\w+\s*=\s*[\w.]*\bis_(?:admin|staff|superuser|owner)\s*[,)]|\.is_(?:admin|staff|superuser)\s*=(?!=)"
)
"""A value that is kept with an object guards nothing."""
_DECORATOR = re.compile(r"^\s*@|^\s*#\[")
_ABOVE = re.compile(
    r"before_request|app\.use\(|router\.use\(|\.Use\(|dependencies\s*=|before_action|middleware"
    r"|add_middleware|class \w+\(.*(Mixin|View)|dispatch|http\.authorizeRequests|anyRequest",
    re.IGNORECASE,
)
_TERRAFORM = re.compile(r"^\s*(authorization|authorization_type|auth_type)\s*=\s*\"?(NONE)\"?")
_ANNOTATION = re.compile(
    r"auth-(url|type|secret|signin|tls-secret)|oauth|whitelist-source-range|jwt|authorization", re.IGNORECASE
)
_TEXT = re.compile(r"\"[^\"]*\"|'[^']*'")
_QUOTED = re.compile(r"^\s*@|passport|has_perm|can\?|Handle|before_action|\b(get|post|put|delete|patch|use|route)\(")
_DECLARED = re.compile(r"\s*(permission_classes|authentication_classes)\s*=")
"""What a class declares guards all of it, like a decorator."""
_KEPT = 0.6
_FEW = 8
_REFUSES = re.compile(
    r"PermissionDenied|Forbidden|Unauthorized|AccessDenied|NotAuthenticated|FORBIDDEN|UNAUTHORIZED|\b40[13]\b"
)
_REGISTERS = re.compile(r"\.(use|Use)\(|add_middleware|requestMatchers|antMatchers|(require|assert|ensure)_?[A-Z]\w*\(")


def check(context: Context) -> Iterator[Hit]:
    """Name checks of the caller that are gone from what stays, and marks that open it."""
    for source in context.sources:
        concerned = source.kind in CODE and source.removed and source.has_new and not is_test(source.path)
        if concerned and any(_TOKEN.search(source.old[at - 1][:MAX_LINE]) for at in source.removed):
            yield from _lost(source, context)
    for source, at, match in fresh(context, CODE, _OPENS):
        if source.has_old and not is_test(source.path):
            severity = None if _was_guarded(source, at) else Severity.MEDIUM
            yield from changed_at(
                PAGE.rule, source, Side.NEW, (at, at), f"{match[0].strip()} opens this to everybody", severity=severity
            )
    for source, at, match in fresh(context, ("terraform",), _TERRAFORM):
        if source.has_old and any(match[1] in source.old[row - 1] for row in source.removed):
            yield from changed_at(PAGE.rule, source, Side.NEW, (at, at), "The method no longer asks who calls")
    for old, new in paired(context):
        if new is None or new.kind not in (
            "Ingress",
            "HTTPRoute",
            "IngressRoute",
            "AuthorizationPolicy",
            "RequestAuthentication",
        ):
            continue
        if counterpart(("metadata",), old, new) is None:
            continue
        for place, entry in old.entries.items():
            asks = "annotations" in place[:-1] and _ANNOTATION.search(place[-1]) and scalar(entry.node)
            if asks and place not in new.entries:
                yield from at_entry(PAGE.rule, old, entry, f"{place[-1]} is removed from {old.label}")


def _was_guarded(source: Source, at: int) -> bool:
    """Tell whether the change removes a check near the mark."""
    host = source.host_name(Side.NEW, at)
    return any(
        _TOKEN.search(source.old[row - 1][:MAX_LINE]) and source.host_name(Side.OLD, row) == host
        for row in source.removed
    )


def _lost(source: Source, context: Context) -> Iterator[Hit]:
    arrived = Counter(
        plain(each.new[at - 1]) for each in context.sources if each.kind == source.kind for at in each.added
    )
    told: set[int] = set()
    for at in sorted(source.removed):
        row = source.old[at - 1][:MAX_LINE]
        match = _TOKEN.search(_TEXT.sub('""', row)) or (_TOKEN.search(row) if _QUOTED.search(row) else None)
        if match is None or at in told or source.is_comment(Side.OLD, at) or _IMPORT.match(row) or _DEFINES.match(row):
            continue
        if re.search(
            r"^\s*(log|print|console|assert|expect|\"\"\"|'''|self\.assert)|\.(info|debug|warn\w*|error)\(", row
        ):
            continue
        if arrived[plain(row)] > 0:
            arrived[plain(row)] -= 1
            continue
        if (_DECLARES.match(row) and not _ASKS.search(row)) or _VALUE.search(row) or _GIVEN.search(row):
            continue
        found = _decorated(source, at) if _DECORATOR.match(row) else _inline(source, at, row)
        if found is None or _replaced(source, found):
            continue
        told.update(range(at, at + 3))
        whole = not found[2] or bool(_DECLARED.match(row)) or _alone(source, at)
        severity = None if whole and not is_nonproduction(source.path) else Severity.HIGH
        message = f"{match[0]} no longer guards {found[1]}, which stays"
        yield from changed_at(PAGE.rule, source, Side.OLD, (at, at), message, severity=severity)


_Found = tuple[int, str, bool]
"""Row on the new side, what it is, and whether it is a body."""


def _decorated(source: Source, at: int) -> _Found | None:
    """What the decorator stood on, where that is still there."""
    for below in range(at, min(at + 14, len(source.old))):
        row = source.old[below]
        if _DECORATOR.match(row) or not row.strip() or row.strip().startswith(("#", "//", ")", "]", "'", '"', "*")):
            continue
        symbol = re.search(r"(?:def|class|function|func|fun|fn)\s+(\w+)|(\w+)\s*\(", row)
        around = source.host_name(Side.OLD, below + 1).rpartition(".")[0]
        if around and all(item.name != around for item in source.constructs(Side.NEW)):
            return None
        if symbol is None:
            if row.startswith((" ", "\t")) and below < at + 6:
                continue
            return None
        name = symbol[1] or symbol[2]
        for now, each in enumerate(source.new, 1):
            if re.search(
                rf"(?:def|class|function|func|fun|fn)\s+{re.escape(name)}\b|\b{re.escape(name)}\s*\(", each
            ) and (plain(each) == plain(row) or SequenceMatcher(None, each, row).ratio() > _KEPT):
                return now, name, False
        return None
    return None


def _inline(source: Source, at: int, row: str) -> _Found | None:
    """The line without its check, or the body that it stood in."""
    for now in sorted(source.added):
        each = source.new[now - 1][:MAX_LINE]
        if not _TOKEN.search(each) and _stem(each) and _stem(each) == _stem(row):
            return now, _stem(row)[:60], False
    declared = re.search(r"(?:def|function|func|fun|fn)\s+(?:\([^)]*\)\s*)?(\w+)\s*\(", row)
    if declared:
        again = re.compile(rf"(?:def|function|func|fun|fn)\s+(?:\([^)]*\)\s*)?{declared[1]}\s*\(")
        same = [now for now in sorted(source.added) if again.search(source.new[now - 1])]
        if same and not any(_TOKEN.search(each) for each in source.new[same[0] - 1 : same[0] + 5]):
            return same[0], declared[1], False
    best = [
        now
        for now in sorted(source.added)
        if SequenceMatcher(None, source.new[now - 1][:300], row[:300]).ratio() > 0.75
    ]
    if best:
        token = _TOKEN.search(source.new[best[0] - 1])
        return None if token else (best[0], plain(source.new[best[0] - 1])[:60], False)
    host = source.host(Side.OLD, at)
    if host is None:
        after = " ".join(source.old[at : at + 3])
        if _alone(source, at):
            return 1, "what stands around it", True
        return (
            (1, "the application", True)
            if re.search(r"\.use\(|\.Use\(|add_middleware|MIDDLEWARE|^\s+\"", row) and after
            else None
        )
    ours = [new for new in source.constructs(Side.NEW) if new.name == host.name]
    if not ours:
        return None
    own = set(range(at - 2, at + 3)) & source.removed
    before = {
        plain(each)
        for row, each in enumerate(source.old[host.first - 1 : host.last], host.first)
        if len(plain(each)) > 3 and row not in own
    }
    now_rows = {plain(each) for each in source.new[ours[0].first - 1 : ours[0].last]}
    kept = len(before & now_rows) / max(1, len(before))
    return (ours[0].first, host.name, True) if kept >= _KEPT else None


def _alone(source: Source, at: int) -> bool:
    """Tell a refusal, or a registered check, that is all the change takes out of a file where nothing comes in."""
    row = source.old[at - 1][:MAX_LINE]
    return len(source.removed) <= _FEW and not source.added and bool(_REFUSES.search(row) or _REGISTERS.search(row))


def _stem(row: str) -> str:
    """The route a line declares, by its path or its registered handler."""
    match = re.search(r"[\"'`](/[^\"'`]*)[\"'`]", row)
    return match[1] if match else ""


def _replaced(source: Source, found: _Found) -> bool:
    """Tell whether a check is added in the same place, or above it for all."""
    if not found[2]:
        first, last = max(1, found[0] - 8), found[0] + 4
    else:
        hosts = [new for new in source.constructs(Side.NEW) if new.name == found[1]]
        first, last = (hosts[0].first - 8, hosts[0].last) if hosts else (1, len(source.new))
    for now in source.added:
        row = source.new[now - 1][:MAX_LINE]
        if not _TOKEN.search(row) or source.is_comment(Side.NEW, now) or _OPENS.search(row):
            continue
        around = source.new[max(0, now - 4) : now + 3]
        if first <= now <= last or any(_ABOVE.search(each) for each in around):
            return True
        # The same check by the same name on something that did not change: it went one level up or down.
        host = source.host(Side.NEW, now)
        if host is not None and host.first <= found[0] <= host.last and host.name != found[1]:
            return True
    return bool(_called_through(source, found))


def _called_through(source: Source, found: _Found) -> bool:
    """Tell whether a body now calls an added function of the file that checks."""
    names = set()
    for now in source.added:
        match = re.match(r"\s*(?:async\s+)?(?:def|func|function|fun|fn)\s+(?:\([^)]*\)\s*)?(\w+)", source.new[now - 1])
        host = source.host(Side.NEW, now) if match else None
        if match and host and any(_TOKEN.search(row) for row in source.new[host.first - 1 : host.last]):
            names.add(match[1])
    near = source.new[max(0, found[0] - 8) : found[0] + 60]
    return any(
        f"{name}(" in row and not re.search(rf"(def|func|function)\s+{name}", row) for name in names for row in near
    )


CHECK = Check(page=PAGE, run=check)
