"""Find secrets that are written into the repository."""

import math
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from reviewconsole import lazy_re as re
from reviewconsole.detection.guards import plain
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.source import MAX_LINE, Source, is_nonproduction, is_test
from reviewconsole.finding import Confidence, Family, Severity, Side

PAGE = page_of(
    "secret-added",
    title="A secret is written into the repository",
    family=Family.BOUNDARY,
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    what="Finds private keys, tokens of known shape (AWS, GitHub, GitLab, Slack, Stripe, Google, npm and others), "
    "passwords in addresses, and random values assigned to names such as password, token and secret. Keys in tests and "
    "samples weigh less; references to a secret store, placeholders and encrypted values do not count. What was found "
    "is shown shortened.",
    why="History keeps it for ever and every clone has it. Tokens in public repositories are tried within minutes.",
    example='+ AWS_SECRET_ACCESS_KEY = "wJalr..."',
    instead="Revoke it now, whatever becomes of the change; read it from a secret store or the environment.",
    references=(
        "CWE-798",
        "https://docs.github.com/en/code-security/secret-scanning",
        "gitleaks, detect-secrets rule sets",
    ),
    languages=("text",),
    alias="s-05",
)
_SHAPES = re.compile(
    r"(?P<key>-----BEGIN (?:RSA |EC |DSA |OPENSSH |ENCRYPTED |PGP )?PRIVATE KEY(?: BLOCK)?-----)"
    r"|\b(?P<aws>(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16})\b|\b(?P<github>gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{50,})"
    r"|\b(?P<gitlab>gl(?:pat|ptt|dt|rt|soat|cbt)-[A-Za-z0-9_-]{20,})|\b(?P<slack>xox[abeprs]-[A-Za-z0-9-]{10,}|xapp-\d-[A-Za-z0-9-]{20,})"
    r"|(?P<hook>https://hooks\.slack\.com/services/T\w+/B\w+/\w{16,})|\b(?P<stripe>[rs]k_live_[A-Za-z0-9]{20,})|\b(?P<google>AIza[A-Za-z0-9_-]{35})\b"
    r"|\b(?P<npm>npm_[A-Za-z0-9]{36})\b|\b(?P<pypi>pypi-AgE[A-Za-z0-9_-]{50,})|\b(?P<sendgrid>SG\.[\w-]{20,}\.[\w-]{40,})|\b(?P<model>sk-(?:ant-|proj-)?[A-Za-z0-9_-]{32,})"
    r"|\b(?P<digitalocean>do[opr]_v1_[a-f0-9]{64})|\b(?P<vault>hv[sb]\.[A-Za-z0-9_-]{24,})|\b(?P<hub>hf_[A-Za-z0-9]{34})\b|\b(?P<shopify>shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32})"
    r"|\b(?P<twilio>SK[0-9a-f]{32})\b|(?P<azure>AccountKey=[A-Za-z0-9+/]{80,}={0,2})|\b(?P<terraform>[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_-]{60,})"
    r"|\b(?P<address>(?:postgres(?:ql)?|mysql|mongodb(?:\+srv)?|redis|amqps?|https?|mssql|ftp)://[^\s:/@'\"]{1,60}:(?P<password>[^\s:/@'\"]{6,120})@[^\s'\"]+)"
)
_KEYWORD = re.compile(
    r"passw(?:or)?d|passwd|pwd|secret|token|api_?-?key|access_?-?key|auth_?-?key|private_?-?key|credential"
    r"|signing_?-?key|encryption_?-?key|conn(?:ection)?_?str(?:ing)?",
    re.IGNORECASE,
)
# Read from the keyword on, and every part bounded: the rows come from strangers.
_ASSIGNED = re.compile(
    r"(?P<rest>[\w.-]{0,40})[\"']?\s{0,20}(?::=|[:=]|=>|,)\s{0,20}(?P<call>[\w.]{1,40}\()?"
    r"(?P<quote>[\"'`])?(?P<value>[^\s\"'`,;)]{8,200})(?(quote)[\"'`])"
)
_BEFORE = re.compile(r"[\w.-]{0,40}$")
_NO_SECRET = re.compile(
    r"\$\{|\$\(|\{\{|\}\}|<[^>]+>|%\(|\bvar\.|\blocal\.|\bmodule\.|\bdata\.|\benv\b|getenv|environ|process\.|secrets\.|valueFrom|secretKeyRef|vault:|ssm:|arn:|ENC\[|AgB\w|!Ref|!Sub|\*\*\*|xxx|\.\.\."
    r"|example|placeholder|changeme|change[-_]me|your[-_]|replace|redacted|dummy|fake|sample|insert|todo|foobar|not[-_]?a[-_]?(real|secret)|s3cr3t|hunter2|^[\w.]+\(|sha(256|512|1)|^\$2[aby]\$|^\$argon|https?://"
    r"|^(true|false|null|none|nil|undefined|string|number|required|optional|bearer|basic)$|^[A-Z][A-Z0-9_]+$|^[a-z]+([._/-][a-z]+)*$|^[\w.]+\[|/",
    re.IGNORECASE,
)
_NOT_A_NAME = re.compile(
    r"(?i)(public|hash|digest|checksum|fingerprint|_ids?$|(?-i:[a-z]Ids?$)|name$|_arn$|path$|file$|url$|uri$|type$|expir|ttl|length|count|limit|tokens?_?per|max_?tokens|csrf_?token_?name|tokenizer|ref$|version|format|pattern|regex|field|header|label|title|description|message|prompt|placeholder)"
)
_SKIPPED = re.compile(
    r"(\.(lock|sum|svg|map|po|pot|ipynb|min\.js|snap)|package-lock\.json|\.secrets\.baseline|\.gitleaks\.toml)$"
)
_SEALED = re.compile(r"^kind:\s*(SealedSecret|ExternalSecret)|^sops:|\$ANSIBLE_VAULT|ENC\[AES256")
_TEST_VALUE = re.compile(
    r"(?i)test|dev|local|demo|mock|stub|postgres|admin|root|password|localhost|127\.0\.0\.1|guest|user"
)
_PUBLIC = frozenset({"AKIAIOSFODNN7EXAMPLE", "ASIAIOSFODNN7EXAMPLE"})
_SAMPLE = re.compile(
    r"(?i)\b(no|not an?|not) (actual|real)\b|\b(dummy|fake|sample|placeholder)s?\b"
    r"|\bexamples?\b.*\b(docs?|documentation|response|test)|\bfrom\b.*\bdocs\b"
)
_SHOWN = re.compile(r"(?i)\b(samples?|examples?|e\.g\.)\b")
"""Says in a text for readers that what follows is one."""
_ABOVE = 9
_DOCUMENTED = re.compile(r"^xox[bp]-1765367248\d-")
"""The tokens that Slack's own documentation prints (https://api.slack.com/authentication/oauth-v2)."""
_RANDOM = 3.3
_FEW = 40


def check(context: Context) -> Iterator[Hit]:
    """Name added lines that hold a secret and did not merely move."""
    gone = Counter(
        plain(source.old[at - 1])
        for source in context.sources
        for at in source.removed
        if len(source.old[at - 1]) <= MAX_LINE
    )
    for source in context.sources:
        if (
            not source.added
            or _SKIPPED.search(source.path)
            or any(_SEALED.search(row[:300]) for row in source.new[:60])
        ):
            continue
        for at in sorted(source.added):
            row = source.new[at - 1]
            if len(row) > MAX_LINE:
                continue
            found = _found(row)
            if found is None:
                continue
            if gone[plain(row)] > 0:
                gone[plain(row)] -= 1
                continue
            if any(found[1] in old for old in source.old if len(old) <= MAX_LINE):
                continue  # it is in the history already
            what, secret, severity = found
            if severity is None and what != "a private key" and _said_sample(source, at):
                severity = Severity.MEDIUM
            yield _hit(source, at, what, secret, severity)


def _said_sample(source: Source, at: int) -> bool:
    """Tell whether a comment shortly above, or the line's own, says that the value is a sample and no secret."""
    above = [row for row in range(max(1, at - _ABOVE), at) if source.is_comment(Side.NEW, row)]
    quoted = "\n".join(source.new[max(0, at - 2 * _ABOVE) : at - 1]).split('"""')
    if source.kind == "python" and len(quoted) > 1 and _SHOWN.search(quoted[-1][: 20 * MAX_LINE]):
        return True
    return any(_SAMPLE.search(source.new[row - 1][:MAX_LINE]) for row in (*above, at))


def _found(row: str) -> tuple[str, str, Severity | None] | None:
    """What it is, the secret itself, and a severity other than the rule's."""
    match = _SHAPES.search(row)
    if match:
        kind = match.lastgroup or "key"
        if match["address"]:
            password = match["password"]
            if (_NO_SECRET.search(password) and not re.search(r"\d", password)) or re.search(r"[${<%*]", password):
                return None
            weak = _TEST_VALUE.search(password) or re.search(
                r"@(localhost|127\.0\.0\.1|db|postgres|redis|mysql|rabbitmq)\b", match["address"]
            )
            return "a password in an address", password, Severity.MEDIUM if weak else None
        if (
            match[0] in _PUBLIC
            or _DOCUMENTED.match(match[0])
            or re.search(r"EXAMPLE|xxxx|1234567890abc|0{8}|(.)\1{9}", match[0], re.IGNORECASE)
        ):
            return None
        if match["key"] and re.match(r"\s*(\\n)?\s*(\.\.\.|…|<|\[|\\\\?s|\()", row[match.end() :]):
            return None
        return ("a private key", match[0], None) if match["key"] else (f"a token ({kind})", match[0], None)
    for name, each in _named(row):
        value = each["value"]
        if (
            _NOT_A_NAME.search(name)
            or _NO_SECRET.search(value)
            or (each["call"] and not each["quote"])
            or not (each["quote"] or re.match(r"^\s*[\w.\"'-]+\s*[:=]", row))
        ):
            continue
        if _entropy(value) >= _RANDOM and len(value) >= 12 and _mixed(value):
            return f"a random value for {name[:40]}", value, None
        if (
            re.search(r"passw|pwd|secret", name, re.IGNORECASE)
            and each["quote"]
            and len(value) >= 8
            and re.search(r"\d", value)
            and re.search(r"[A-Za-z]", value)
        ):
            return f"a value for {name[:40]}", value, Severity.MEDIUM
    return None


def _named(row: str) -> Iterator[tuple[str, re.Match[str]]]:
    """Name and value of assignments to what sounds secret."""
    end = 0
    for keyword in islice(_KEYWORD.finditer(row), _FEW):
        match = _ASSIGNED.match(row, keyword.end()) if keyword.start() >= end else None
        if match:
            end = match.end()
            before = _BEFORE.search(row[max(0, keyword.start() - 40) : keyword.start()])
            yield f"{before[0] if before else ''}{keyword[0]}{match['rest']}", match


def _mixed(value: str) -> bool:
    """Digits and letters, no identifier of a program."""
    digits, letters = sum(map(str.isdigit, value)), sum(map(str.isalpha, value))
    return digits >= 2 and letters >= 4 and not re.fullmatch(r"[a-z_]+\d{0,3}|[\w]+\.[\w.]+|v?\d[\d.]+\w*", value)


def _entropy(value: str) -> float:
    """Shannon entropy of the characters, in bits."""
    return -sum(n / len(value) * math.log2(n / len(value)) for n in Counter(value).values())


def _hit(source: Source, at: int, what: str, secret: str, severity: Severity | None) -> Hit:
    row = source.new[at - 1].strip()
    kept = secret if secret.startswith("-----") else secret[:4] + "…"
    aside = (
        is_test(source.path)
        or is_nonproduction(source.path)
        or re.search(r"(?i)(^|/)[^/]*(test|dev|local|sample|example|compose)[^/]*$", source.path)
    )
    lowered = severity or (Severity.MEDIUM if aside else None)
    return Hit(
        rule=PAGE.rule,
        source=source,
        side=Side.NEW,
        line=at,
        end_line=at,
        text=row.replace(secret, kept)[:400],
        message=f"This holds {what}",
        severity=lowered,
        lowered=severity is not None,
    )


CHECK = Check(page=PAGE, run=check)
