"""Catalogue 5.7, and the last rows of 5.8: security, dependencies, process."""

import ast
import json
import re
import string
from collections.abc import Iterator

from benchmarks.seeding.edits import enclosing, functions, hcl_blocks, indent_of, insert, line_at, replace, span
from benchmarks.seeding.model import C, Case, Draw, H, Host, M, Material, edited, operator
from benchmarks.seeding.operators.common import (
    GO,
    JAVA,
    PY,
    SH,
    TF,
    TS,
    YAML,
    Variant,
    into_braces,
    into_python,
    into_shell,
    parsed,
)
from benchmarks.seeding.operators.failures import block_host, host_of


@operator("tls-verify-off/python", "s-01", C, files=PY, needs=r"def ", standing=True)
def tls_python(material: Material, draw: Draw) -> Iterator[Case]:
    """Nobody looks whom one talks to."""
    variants: list[Variant] = [
        ("requests", ["answer = requests.get(url, timeout=5, verify=False)"]),
        (
            "lines",
            ["answer = requests.post(", "    url,", "    json=payload,", "    verify=False,", "    timeout=5,", ")"],
        ),
        (
            "context",
            [
                "context = ssl.create_default_context()",
                "context.check_hostname = False",
                "context.verify_mode = ssl.CERT_NONE",
            ],
        ),
        ("unverified", ["context = ssl._create_unverified_context()"]),
        ("session", ["session = requests.Session()", "session.verify = False"]),
        ("dictionary", ['options = {"verify": False, "timeout": 5}', "answer = requests.get(url, **options)"]),
        ("httpx client", ["client = httpx.Client(base_url=url, verify=False)"]),
        ("aiohttp", ["async with session.get(url, ssl=False) as answer:", "    body = await answer.text()"]),
    ]
    safe = {
        "own authority": ['answer = requests.get(url, timeout=5, verify="/etc/ssl/internal-ca.pem")'],
        "other verify": ["token.verify(signature, strict=False)"],
    }
    yield from into_python(
        material, draw, variants, safe=safe, imports=["import ssl", "import httpx", "import requests"]
    )


@operator("tls-verify-off/go", "s-01", C, files=GO, needs=r"^func ", standing=True)
def tls_go(material: Material, draw: Draw) -> Iterator[Case]:
    """Nobody looks whom one talks to."""
    variants: list[Variant] = [
        ("one line", ["transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}"]),
        (
            "lines",
            ["config := &tls.Config{", "\tInsecureSkipVerify: true,", "\tMinVersion:         tls.VersionTLS12,", "}"],
        ),
        ("field", ["cfg.TLS.InsecureSkipVerify = true"]),
    ]
    yield from into_braces(
        material, draw, variants, language="go", safe={"false": ["config := &tls.Config{InsecureSkipVerify: false}"]}
    )


@operator("tls-verify-off/typescript", "s-01", C, files=TS, needs=r"=> \{|function ", standing=True)
def tls_typescript(material: Material, draw: Draw) -> Iterator[Case]:
    """Nobody looks whom one talks to."""
    variants: list[Variant] = [
        ("agent", ["const agent = new https.Agent({ rejectUnauthorized: false });"]),
        (
            "lines",
            [
                "const pool = new Pool({",
                "\tconnectionString: url,",
                "\tssl: {",
                "\t\trejectUnauthorized: false,",
                "\t},",
                "});",
            ],
        ),
        ("environment", ['process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";']),
        ("environment index", ["process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';"]),
    ]
    yield from into_braces(
        material,
        draw,
        variants,
        language="ts",
        safe={"true": ["const agent = new https.Agent({ rejectUnauthorized: true });"]},
    )


@operator("tls-verify-off/java", "s-01", C, files=JAVA, needs=r"^\s+(public|private|protected) ", standing=True)
def tls_java(material: Material, draw: Draw) -> Iterator[Case]:
    """Nobody looks whom one talks to."""
    variants: list[Variant] = [
        ("verifier", ["connection.setHostnameVerifier((host, session) -> true);"]),
        ("noop", ["builder.setSSLHostnameVerifier(NoopHostnameVerifier.INSTANCE);"]),
        (
            "trust all",
            [
                "SSLContext context = SSLContexts.custom()",
                "\t.loadTrustMaterial(null, new TrustAllStrategy())",
                "\t.build();",
            ],
        ),
    ]
    yield from into_braces(
        material, draw, variants, language="java", safe={"default": ["SSLContext context = SSLContext.getDefault();"]}
    )


@operator("tls-verify-off/shell", "s-01", C, files=SH, standing=True)
def tls_shell(material: Material, draw: Draw) -> Iterator[Case]:
    """Nobody looks whom one talks to."""
    variants: list[Variant] = [
        ("curl -k", ["", 'curl -k "https://$HOST/install.sh" -o install.sh']),
        ("joined flags", ["", 'curl -fsSLk "https://$HOST/install.sh" -o install.sh']),
        ("long", ["", "curl --silent \\", "  --insecure \\", '  "https://$HOST/v1/keys"']),
        ("wget", ["", 'wget --no-check-certificate "https://$HOST/install.sh"']),
        ("kubectl", ["", "kubectl --insecure-skip-tls-verify=true apply -f deploy/"]),
        ("git", ["", "git config --global http.sslVerify false"]),
        ("npm", ["", "npm config set strict-ssl false"]),
    ]
    yield from into_shell(
        material, draw, variants, safe={"authority": ["", 'curl --cacert ca.pem "https://$HOST/v1/keys"']}
    )


@operator("iam-wildcard/terraform", "s-02", H, files=TF, needs=r'^(data|resource)\s+"aws_iam', standing=True)
def iam_terraform(material: Material, draw: Draw) -> Iterator[Case]:
    """Everything, on everything."""
    shape, rows = draw.take(
        [
            ("document", ['data "aws_iam_policy_document" "worker_all" {', "  statement {", '    effect    = "Allow"', '    actions   = ["*"]', '    resources = ["*"]', "  }", "}", ""]),
            ("service wildcard, lines", ['data "aws_iam_policy_document" "worker_s3" {', "  statement {", "    actions = [", '      "s3:*",', '      "dynamodb:*",', "    ]", "    resources = [", '      "*",', "    ]", "  }", "}", ""]),
            ("jsonencode", ['resource "aws_iam_role_policy" "worker" {', "  role = aws_iam_role.worker.id", "  policy = jsonencode({", '    Version = "2012-10-17"', "    Statement = [{", '      Effect   = "Allow"', '      Action   = "*"', '      Resource = "*"', "    }]", "  })", "}", ""]),
            ("heredoc", ['resource "aws_iam_policy" "worker" {', "  policy = <<EOF", "{", '  "Statement": [', '    {"Effect": "Allow", "Action": "iam:*", "Resource": "*"}', "  ]", "}", "EOF", "}", ""]),
            ("admin", ['resource "aws_iam_policy" "ops" {', "  policy = jsonencode({", '    Statement = [{ Effect = "Allow", Action = ["ec2:*", "rds:*"], Resource = "*" }]', "  })", "}", ""]),
        ]
    )  # fmt: skip
    narrow = [
        'data "aws_iam_policy_document" "worker" {',
        "  statement {",
        '    actions   = ["s3:GetObject"]',
        "    resources = [aws_s3_bucket.uploads.arn]",
        "  }",
        "}",
        "",
    ]
    deny = [
        'data "aws_iam_policy_document" "worker" {',
        "  statement {",
        '    effect    = "Deny"',
        '    actions   = ["*"]',
        '    resources = ["*"]',
        "  }",
        "}",
        "",
    ]
    text = material.text.rstrip("\n") + "\n\n"
    yield edited(
        shape,
        material.path,
        text,
        text + "\n".join(rows),
        safe={"narrow": text + "\n".join(narrow), "deny": text + "\n".join(deny)},
    )


@operator("iam-wildcard/kubernetes", "s-02", H, files=YAML, needs=r"^\s+(- )?verbs:", standing=True)
def iam_kubernetes(material: Material, draw: Draw) -> Iterator[Case]:
    """A role may do everything."""
    if "{{" in material.text or not re.search(r"(?m)^kind: (Cluster)?Role\s*$", material.text):
        return
    text = material.text
    sites = list(re.finditer(r"(?m)^((?:\s+)(?:- )?verbs: *)(\[[^\]\n]*\])\s*$", text))
    for match in draw.rng.sample(sites, min(1, len(sites))):
        if "*" in match[2]:
            continue
        pad = indent_of(match[1].lstrip("\n"))
        shape, value = draw.take([("flow", '["*"]'), ("block", f"\n{pad}- '*'"), ("single quotes", "['*']")])
        head = match[1].rstrip() if value.startswith("\n") else match[1]
        after = text[: match.start()] + head + value + text[match.end() :]
        good = text[: match.start()] + match[1] + '["get", "list"]' + text[match.end() :]
        yield edited(shape, material.path, text, after, safe={"read only": good})
        return


@operator(
    "open-ingress/terraform",
    "s-03",
    H,
    files=TF,
    needs=r'^resource\s+"aws_(security_group|db_instance|instance|lb)',
    standing=True,
)
def open_ingress(material: Material, draw: Draw) -> Iterator[Case]:
    """The whole world may come in."""
    shape, rows = draw.take(
        [
            ("rule", ['resource "aws_security_group_rule" "ssh" {', '  type              = "ingress"', "  from_port         = 22", "  to_port           = 22", '  protocol          = "tcp"', '  cidr_blocks       = ["0.0.0.0/0"]', "  security_group_id = aws_security_group.this.id", "}", ""]),
            ("inline block", ['resource "aws_security_group" "db" {', "  vpc_id = var.vpc_id", "", "  ingress {", "    from_port   = 5432", "    to_port     = 5432", '    protocol    = "tcp"', "    cidr_blocks = [", '      "0.0.0.0/0",', "    ]", "  }", "}", ""]),
            ("IPv6", ['resource "aws_security_group_rule" "redis" {', '  type              = "ingress"', "  from_port         = 6379", "  to_port           = 6379", '  protocol          = "tcp"', '  ipv6_cidr_blocks  = ["::/0"]', "  security_group_id = aws_security_group.this.id", "}", ""]),
            ("new rule type", ['resource "aws_vpc_security_group_ingress_rule" "all" {', "  security_group_id = aws_security_group.this.id", '  cidr_ipv4         = "0.0.0.0/0"', '  ip_protocol       = "-1"', "}", ""]),
            ("public database", ['resource "aws_db_instance" "reporting" {', '  identifier          = "reporting"', "  publicly_accessible = true", "  deletion_protection = true", "}", ""]),
        ]
    )  # fmt: skip
    text = material.text.rstrip("\n") + "\n\n"
    web = [
        'resource "aws_security_group_rule" "https" {',
        '  type              = "ingress"',
        "  from_port         = 443",
        "  to_port           = 443",
        '  protocol          = "tcp"',
        '  cidr_blocks       = ["0.0.0.0/0"]',
        "  security_group_id = aws_security_group.lb.id",
        "}",
        "",
    ]
    out = [
        'resource "aws_security_group_rule" "out" {',
        '  type              = "egress"',
        "  from_port         = 0",
        "  to_port           = 0",
        '  protocol          = "-1"',
        '  cidr_blocks       = ["0.0.0.0/0"]',
        "  security_group_id = aws_security_group.this.id",
        "}",
        "",
    ]
    yield edited(
        shape,
        material.path,
        text,
        text + "\n".join(rows),
        safe={"https": text + "\n".join(web), "egress": text + "\n".join(out)},
    )


@operator(
    "open-ingress/widened",
    "s-03",
    H,
    files=TF,
    needs=r'cidr_blocks\s*=\s*\[\s*("10\.|"172\.|"192\.|var\.|local\.|data\.|module\.)',
)
def widened(material: Material, draw: Draw) -> Iterator[Case]:
    """A narrow range becomes everybody."""
    for block in hcl_blocks(material.text):
        if block.kind not in ("aws_security_group_rule", "aws_security_group"):
            continue
        rows = block.text.split("\n")
        for offset, row in enumerate(rows):
            match = re.match(r"^(\s+cidr_blocks\s*=\s*)\[.+\]\s*$", row)
            near = "\n".join(rows[max(0, offset - 7) : offset + 7])
            if (
                match is None
                or "egress" in near
                or re.search(r"(from|to)_port\s*=\s*(80|443|\"80\"|\"443\")\b", near)
                or "0.0.0.0" in row
                or (block.kind.endswith("rule") and "ingress" not in block.text)
            ):
                continue
            line = block.first + offset
            after = replace(material.text, line, line, [match[1] + '["0.0.0.0/0"]'])
            tight = replace(material.text, line, line, [match[1] + '["10.20.30.0/28"]'])
            yield edited("cidr", material.path, material.text, after, safe={"narrower": tight})
            return
    del draw


@operator(
    "auth-removed/python",
    "s-04",
    C,
    files=PY,
    needs=r"@\w*(login_required|permission_required|requires_auth|auth\w*|staff_member_required|method_decorator|require_\w+)|permission_classes|dependencies=\[",
)
def auth_python(material: Material, draw: Draw) -> Iterator[Case]:
    """Everybody may call it."""
    py = parsed(material)
    if py is None:
        return
    sites: list[tuple[str, str, Host | None]] = []
    for node in [*py.functions(1), *py.all(ast.ClassDef)]:
        for mark in node.decorator_list:
            if re.search(
                r"login_required|permission_required|require_permission|requires_auth|require_admin|staff_member|require_roles|authenticated",
                ast.unparse(mark),
            ):
                first, last = span(node)
                sites.append(
                    (
                        "decorator",
                        replace(py.text, mark.lineno, mark.end_lineno or 0),
                        Host(first=first, last=last, name=node.name),
                    )
                )
    for row in py.all(ast.Assign):
        owner = py.parents.get(row)
        if (
            isinstance(owner, ast.ClassDef)
            and any(isinstance(t, ast.Name) and t.id == "permission_classes" for t in row.targets)
            and "AllowAny" not in ast.unparse(row.value)
            and len(owner.body) > 1
        ):
            first, last = span(owner)
            host = Host(first=first, last=last, name=owner.name)
            sites.append(("permission_classes removed", replace(py.text, row.lineno, row.end_lineno or 0), host))
            sites.append(
                (
                    "permission_classes emptied",
                    replace(
                        py.text, row.lineno, row.end_lineno or 0, [f"{' ' * row.col_offset}permission_classes = []"]
                    ),
                    host,
                )
            )
    kinds = sorted({site[0] for site in sites})
    if kinds:
        kind = draw.take(kinds)
        shape, after, around = draw.rng.choice([site for site in sites if site[0] == kind])
        yield edited(shape, material.path, py.text, after, host=around)


@operator(
    "auth-removed/java",
    "s-04",
    C,
    files=JAVA,
    needs=r"@(PreAuthorize|Secured|RolesAllowed|Auth|PermitAll)\b|validateHasReadPermission|context\.authenticatedUser\(\)",
)
def auth_java(material: Material, draw: Draw) -> Iterator[Case]:
    """Everybody may call it."""
    text = material.text
    sites = list(
        re.finditer(
            r"(?m)^[ \t]+(?:@(?:PreAuthorize|Secured|RolesAllowed)\([^\n]*\)|[\w.()]*(?:validateHas\w*Permission\w*|authenticatedUser\(\)\.validate\w+)\([^;\n]*\);)[ \t]*\n",
            text,
        )
    )
    for match in draw.rng.sample(sites, min(1, len(sites))):
        host = enclosing(functions(text, "java"), line_at(text, match.start()))
        yield edited(
            "annotation" if "@" in match[0] else "call",
            material.path,
            text,
            text[: match.start()] + text[match.end() :],
            host=block_host(host),
        )


@operator(
    "auth-removed/typescript",
    "s-04",
    C,
    files=TS,
    needs=r"authenticatedProcedure|adminProcedure|getServerSession|requireAuth|checkAuth\w*|isAuthenticated|Unauthorized|authenticatedMiddleware",
)
def auth_typescript(material: Material, draw: Draw) -> Iterator[Case]:
    """Everybody may call it."""
    text = material.text
    options: list[tuple[str, str]] = []
    for match in re.finditer(r"\b(authenticatedProcedure|adminProcedure)(?=\s*\n?\s*\.)", text):
        options.append(("procedure", text[: match.start()] + "procedure" + text[match.end() :]))
    for match in re.finditer(
        r"(?m)^([ \t]+)if \(!(?:session|user|isAuthenticated|isAuthorized|hasAccess|authentication|auth)\b[^\n]*\) \{\n(?:\1[ \t]+[^\n]*\n)+?\1\}\n",
        text,
    ):
        options.append(("check", text[: match.start()] + text[match.end() :]))
    for match in re.finditer(r"(?m)^[ \t]+await checkAuth\w*\([^;]*;\n", text):
        options.append(("call", text[: match.start()] + text[match.end() :]))
    kinds = sorted({option[0] for option in options})
    if kinds:
        kind = draw.take(kinds)
        shape, after = draw.rng.choice([option for option in options if option[0] == kind])
        yield edited(shape, material.path, text, after)


@operator(
    "auth-removed/go",
    "s-04",
    C,
    files=GO,
    needs=r"(?i)(RequireAuth\w*|MustUser|MustAdmin|MustRepoAdmin\w*|session\.Must\w+|authMiddleware|MustPull|MustPush|\.Authorize\()",
)
def auth_go(material: Material, draw: Draw) -> Iterator[Case]:
    """Everybody may call it."""
    text = material.text
    options: list[tuple[str, str]] = []
    for match in re.finditer(r"(?m)^[ \t]+\w+\.Use\([^\n]*(?i:auth|must)[^\n]*\)\n", text):
        options.append(("use", text[: match.start()] + text[match.end() :]))
    for match in re.finditer(r"(?m)(\.(?:GET|POST|PUT|PATCH|DELETE)\(\"[^\"]*\", )session\.Must\w+(?:\(\))?, ", text):
        options.append(("route", text[: match.start()] + match[1] + text[match.end() :]))
    kinds = sorted({option[0] for option in options})
    if kinds:
        shape, after = draw.rng.choice([option for option in options if option[0] == draw.take(kinds)])
        yield edited(shape, material.path, text, after)


def _random(draw: Draw, letters: str, size: int) -> str:
    return "".join(draw.rng.choice(letters) for _ in range(size))


@operator("secret-added/code", "s-05", C, files=rf"{PY}|{GO}|{TS}|{YAML}|{TF}|\.env$", needs=r"\S", standing=True)
def secret(material: Material, draw: Draw) -> Iterator[Case]:
    """A key that works lies in the open."""
    low, mixed = string.ascii_lowercase + string.digits, string.ascii_letters + string.digits
    made = [
        ("access key", "aws_access_key_id", "AKIA" + _random(draw, string.ascii_uppercase + "234567", 16)),
        ("forge token", "forge_token", "gh" + "p_" + _random(draw, mixed, 36)),
        ("chat token", "bot_token", "xox" + "b-" + _random(draw, string.digits, 12) + "-" + _random(draw, mixed, 24)),
        ("password", "db_password", _random(draw, mixed, 12) + "!" + _random(draw, mixed, 12)),
        ("api key", "api_key", _random(draw, low, 40)),
        ("connection string", "database_url", f"postgres://orders:{_random(draw, mixed, 20)}@db.internal:5432/orders"),
    ]
    shape, name, value = draw.take(made)
    path = material.path
    row = {
        "py": f'{name.upper()} = "{value}"',
        "go": f'var {name.replace("_", "")} = "{value}"',
        "tf": f'locals {{\n  {name} = "{value}"\n}}',
        "env": f"{name.upper()}={value}",
    }.get(path.rsplit(".", 1)[-1])
    if row is None:
        row = f'{name}: "{value}"' if path.endswith(("yml", "yaml")) else f'const {name} = "{value}";'
        if path.endswith(("yml", "yaml")) and ("{{" in material.text or not re.match(r"[A-Za-z#]", material.text)):
            return
    text = material.text.rstrip("\n") + "\n"
    at = text.count("\n") + 1
    placeholder = row.replace(value, "<from the vault>")
    read = {"py": f'{name.upper()} = os.environ["{name.upper()}"]'}.get(path.rsplit(".", 1)[-1], placeholder)
    yield edited(
        f"{shape}, {path.rsplit('.', 1)[-1]}",
        path,
        text,
        insert(text, at, row.split("\n")),
        safe={"placeholder": insert(text, at, placeholder.split("\n")), "read": insert(text, at, read.split("\n"))},
    )


@operator("secret-added/private-key", "s-05", C, files=rf"{YAML}|{PY}", standing=True)
def private_key(material: Material, draw: Draw) -> Iterator[Case]:
    """A private key lies in the open."""
    mixed = string.ascii_letters + string.digits + "+/"
    kind = draw.take(["RSA ", "OPENSSH ", "EC ", ""])
    body = [
        f"-----BEGIN {kind}PRIVATE KEY-----",
        *(_random(draw, mixed, 64) for _ in range(5)),
        f"-----END {kind}PRIVATE KEY-----",
    ]
    folder = material.path.rpartition("/")[0]
    path = f"{folder}/deploy_key.pem".lstrip("/")
    public = ["-----BEGIN PUBLIC KEY-----", *body[1:-1], "-----END PUBLIC KEY-----"]
    yield edited(
        f"{kind.strip() or 'PKCS8'} file", path, "", "\n".join(body) + "\n", safe={"public": "\n".join(public) + "\n"}
    )


@operator("injection-sink/python", "s-06", H, files=PY, needs=r"def ", standing=True, core=False)
def injection(material: Material, draw: Draw) -> Iterator[Case]:
    """Input is run."""
    variants: list[Variant] = [
        ("shell", ['subprocess.run(f"convert {name} out.png", shell=True, check=True, timeout=60)']),
        ("sql", ["cursor.execute(f\"SELECT * FROM orders WHERE customer = '{customer}'\")"]),
        ("pickle", ["payload = pickle.loads(body)"]),
        ("yaml", ["config = yaml.load(stream, Loader=yaml.Loader)"]),
        ("eval", ["value = eval(expression)"]),
    ]
    safe = {
        "parameters": ['cursor.execute("SELECT * FROM orders WHERE customer = %s LIMIT 10", [customer])'],
        "safe loader": ["config = yaml.safe_load(stream)"],
    }
    yield from into_python(
        material, draw, variants, safe=safe, imports=["import pickle", "import subprocess", "import yaml"]
    )


@operator(
    "package-unknown/requirements",
    "p-01 p-02",
    M,
    files=r"(^|/)requirements[\w.-]*\.(txt|in)$",
    needs=r"^[A-Za-z]",
    standing=True,
)
def package_requirements(material: Material, draw: Draw) -> Iterator[Case]:
    """A package nobody has checked, or from anywhere."""
    variants = [
        ("near miss", "reqeusts==2.31.0", H),
        ("unpinned", "fastjsonkit", M),
        ("any version", "orders-client>=0", M),
        ("git URL", "git+https://github.com/someone/orders-client.git", M),
        ("index", "--extra-index-url https://pypi.example.net/simple", M),
    ]
    shape, row, _ = draw.take(variants)
    text = material.text.rstrip("\n") + "\n"
    at = text.count("\n") + 1
    yield edited(shape, material.path, text, insert(text, at, [row]), safe={"comment": insert(text, at, [f"# {row}"])})


@operator(
    "lock-drift/package-json", "p-02 p-01", M, files=r"(^|/)package\.json$", needs=r'"dependencies": \{', reverse=False
)
def lock_drift(material: Material, draw: Draw) -> Iterator[Case]:
    """The manifest changes and the lock does not."""
    shape, name, version = draw.take(
        [
            ("new", "left-pad-plus", "^1.0.2"),
            ("any", "fast-orders", "*"),
            ("latest", "orders-client", "latest"),
            ("git", "orders-ui", "github:someone/orders-ui"),
            ("range", "expres", "^4.18.0"),
        ]
    )
    match = re.search(r'(?m)^(\s*)"dependencies": \{\n', material.text)
    if match is None:
        return
    text = material.text
    row = f'{match[1]}  "{name}": "{version}",\n'
    after = text[: match.end()] + row + text[match.end() :]
    try:
        json.loads(after)
    except ValueError:
        return
    bumped = re.sub(r'(?m)^(\s*"description": ").*(",?)$', r"\1Orders, billing\2", text)
    yield edited(shape, material.path, text, after, safe={"description": bumped} if bumped != text else {})


@operator("suppression-added/python", "b-05", H, files=PY, needs=r"def ")
def suppression_python(material: Material, draw: Draw) -> Iterator[Case]:
    """The reviewer is told to look away."""
    py = parsed(material)
    rows = [n for n in py.all(ast.Assign) if n.lineno == n.end_lineno and py.owner(n)] if py else []
    if py is None:
        return
    for node in draw.rng.sample(rows, min(1, len(rows))):
        row = py.text.split("\n")[node.lineno - 1]
        if "#" in row:
            return
        mark = draw.take(
            [
                "  # noqa",
                "  # nosec",
                "  # type: ignore",
                "  # pylint: disable=broad-except",
                "  # nosemgrep",
                "  # noqa: S608",
                "  # pragma: no cover",
            ]
        )
        reason = "  # noqa: E501 -- long address, remove after 2099-01-01 (OPS-12)"
        safe = {"reason and date": replace(py.text, node.lineno, node.lineno, [row + reason])}
        yield edited(
            mark.strip(),
            material.path,
            py.text,
            replace(py.text, node.lineno, node.lineno, [row + mark]),
            host=host_of(py, node),
            safe=safe,
        )


@operator("suppression-added/other", "b-05", H, files=rf"{GO}|{TS}|{JAVA}|{TF}", needs=r"\S")
def suppression_other(material: Material, draw: Draw) -> Iterator[Case]:
    """The reviewer is told to look away."""
    text, path = material.text, material.path
    kind = path.rsplit(".", 1)[-1]
    marks = {
        "go": ["//nolint", "//nolint:errcheck,gosec", "// #nosec G402"],
        "java": ['@SuppressWarnings("unchecked")', "// NOSONAR"],
        "tf": ["#tfsec:ignore:aws-s3-enable-versioning", "#checkov:skip=CKV_AWS_21", "# trivy:ignore:AVD-AWS-0089"],
    }.get(
        kind,
        [
            "// eslint-disable-next-line @typescript-eslint/no-explicit-any",
            "/* eslint-disable */",
            "// @ts-ignore",
            "// @ts-nocheck",
        ],
    )
    mark = draw.take(marks)
    if kind == "tf":
        blocks = hcl_blocks(text)
        line = draw.rng.choice(blocks).first + 1 if blocks else 0
        pad = "  "
    else:
        found = functions(text, kind if kind in ("go", "java") else "ts")
        line = draw.rng.choice(found).first if found else 0
        pad = indent_of(text.split("\n")[line - 1]) if line else ""
    if line:
        yield edited(mark, path, text, insert(text, line, [pad + mark]))


@operator(
    "suppression-added/threshold",
    "b-05",
    H,
    files=r"(^|/)(pyproject\.toml|setup\.cfg|\.coveragerc|codecov\.ya?ml|\.codecov\.ya?ml|jest\.config\.[jt]s|vitest\.config\.\w+|pom\.xml|build\.gradle)$|\.github/workflows/",
    needs=r"(fail_under|fail-under|min-coverage|target|minimum|branches|lines|statements)\s*[:=]\s*\"?\d\d",
)
def threshold(material: Material, draw: Draw) -> Iterator[Case]:
    """The bar is lowered until the change passes."""
    sites = list(
        re.finditer(
            r"((?:fail_under|fail-under|min-coverage|target|branches|lines|statements|functions)\s*[:=]\s*\"?)(\d\d)(?=\D)",
            material.text,
        )
    )
    for match in draw.rng.sample(sites, min(1, len(sites))):
        lower = str(int(match[2]) - draw.take([20, 5, 40]) if int(match[2]) > 45 else 10)
        text = material.text
        up = text[: match.start()] + match[1] + "97" + text[match.end() :]
        yield edited(
            match[1].split(":")[0].split("=")[0].strip(),
            material.path,
            text,
            text[: match.start()] + match[1] + lower + text[match.end() :],
            safe={"raised": up},
        )


def _weaker_row(path: str) -> str:
    if path.endswith("CODEOWNERS"):
        return "* @contractor"
    if path.endswith(".yaml"):
        return "# skipped: gitleaks"
    return "exit 0" if ".husky" in path else "Skip the checks when in a hurry."


@operator(
    "reviewer-config-touched",
    "b-06",
    C,
    files=r"(^|/)(CODEOWNERS|AGENTS\.md|CLAUDE\.md|\.pre-commit-config\.yaml|\.cursorrules|copilot-instructions\.md)$|^\.husky/[\w-]+$",
    needs=r"\S",
    reverse=False,
)
def reviewer_config(material: Material, draw: Draw) -> Iterator[Case]:
    """The change edits what judges it."""
    rows = material.text.split("\n")
    lines = [i for i, row in enumerate(rows, 1) if row.strip() and not row.startswith("#")]
    if not lines:
        return
    line = draw.rng.choice(lines)
    shape, after = draw.take(
        [
            ("line removed", replace(material.text, line, line)),
            (
                "line added",
                insert(
                    material.text,
                    line,
                    [_weaker_row(material.path)],
                ),
            ),
        ]
    )
    yield edited(f"{material.path.rsplit('/', 1)[-1]}, {shape}", material.path, material.text, after)
