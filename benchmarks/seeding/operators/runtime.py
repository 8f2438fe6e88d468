"""Catalogue 5.4: time, retry, load."""

import ast
import re
from collections.abc import Iterator

from benchmarks.seeding.edits import (
    dedented,
    enclosing,
    functions,
    insert,
    line_at,
    name_of,
    replace,
    rows_of,
    span,
    yaml_keys,
)
from benchmarks.seeding.model import Case, Draw, H, Host, M, Material, edited, operator
from benchmarks.seeding.operators.common import (
    GO,
    JAVA,
    PY,
    TF,
    TS,
    WORKFLOW,
    YAML,
    Variant,
    into_braces,
    into_python,
    parsed,
)
from benchmarks.seeding.operators.failures import block_host, host_of


@operator("timeout-removed/python", "t-01 t-02", H, files=PY, needs=r"timeout\s*=")
def timeout_python(material: Material, draw: Draw) -> Iterator[Case]:
    """A call waits for ever."""
    py = parsed(material)
    if py is None:
        return
    sites = [(c, k) for c in py.all(ast.Call) for k in c.keywords if k.arg and re.fullmatch(r"(\w+_)?timeout", k.arg) and not re.search(r"celery|task|cache|Field|parser|option|debug", name_of(c), re.IGNORECASE)]  # fmt: skip
    for call, keyword in draw.rng.sample(sites, min(1, len(sites))):
        none = py.swapped(*py.bounds(keyword.value), "None")
        shape, after = draw.take(
            [
                ("removed", py.without_keyword(call, keyword)),
                ("removed", py.without_keyword(call, keyword)),
                ("None", none),
            ]
        )
        lines = "multi-line" if call.lineno != call.end_lineno else "one line"
        named = py.swapped(*py.bounds(keyword.value), "REQUEST_TIMEOUT_SECONDS")
        yield edited(
            f"{shape}, {lines}", material.path, py.text, after, host=host_of(py, call), safe={"named constant": named}
        )


@operator("timeout-removed/go", "t-01 t-02", H, files=GO, needs=r"WithTimeout\(|Timeout:\s")
def timeout_go(material: Material, draw: Draw) -> Iterator[Case]:
    """A call waits for ever."""
    text = material.text
    sites = []
    for match in re.finditer(r"(?m)^([ \t]*)(\w+, \w+ :?= )context\.WithTimeout\(([\w.()]+), [^\n]+\)\n", text):
        sites.append(("context", match, f"{match[1]}{match[2]}context.WithCancel({match[3]})\n"))
    for match in re.finditer(r"(?m)^[ \t]+(?:\w*Timeout):[ \t]+[^\n]*(?:time\.|imeout)[^\n]*,\n", text):
        sites.append(("field", match, ""))
    for match in re.finditer(r"&http\.Client\{Timeout: [^}\n]+\}", text):
        sites.append(("client literal", match, "&http.Client{}"))
    for shape, match, other in draw.rng.sample(sites, min(1, len(sites))):
        after = text[: match.start()] + other + text[match.end() :]
        host = block_host(enclosing(functions(text, "go"), line_at(text, match.start())))
        deadline = re.sub(r"WithTimeout\(([\w.()]+), ([^\n]+)\)\n", r"WithDeadline(\1, time.Now().Add(\2))\n", match[0])
        safe = {"deadline": text[: match.start()] + deadline + text[match.end() :]} if shape == "context" else {}
        yield edited(shape, material.path, text, after, host=host, safe=safe)


@operator(
    "timeout-removed/typescript", "t-01 t-02", H, files=TS, needs=r"timeout: |AbortSignal\.timeout|signal: |timeoutMs"
)
def timeout_typescript(material: Material, draw: Draw) -> Iterator[Case]:
    """A call waits for ever."""
    text = material.text
    sites = list(
        re.finditer(
            r"(?m)^[ \t]+(?:timeout|timeoutMs|requestTimeout|connectTimeout|signal): [^\n{]*(?:\d|imeout|signal|TIMEOUT)[^\n{]*,?\n",
            text,
        )
    )
    remote = re.compile(
        r"fetch|axios|[hH]ttp|[rR]equest|[cC]lient|\.query|connect|spawn|exec\(|transaction|[rR]edis|launch|waitFor"
    )
    sites = [
        m
        for m in sites
        if remote.search("\n".join(text[: m.end()].split("\n")[-9:])) and "toast" not in text[: m.end()][-400:]
    ]
    ends = "setTimeout" in text and "abort()" in text
    sites = [m for m in sites if "signal:" not in m[0] or "AbortSignal.timeout" in m[0] or ends]
    for match in draw.rng.sample(sites, min(1, len(sites))):
        host = block_host(enclosing(functions(text, "ts"), line_at(text, match.start())))
        yield edited("property", material.path, text, text[: match.start()] + text[match.end() :], host=host)


@operator("timeout-removed/java", "t-01 t-02", H, files=JAVA, needs=r"[tT]imeout\(")
def timeout_java(material: Material, draw: Draw) -> Iterator[Case]:
    """A call waits for ever."""
    text = material.text
    sites = list(re.finditer(r"(?m)^[ \t]+(?:\w+)?\.(?:set)?(?:\w*)[tT]imeout\((?=[^)\s])[^;\n]*\);?\n", text))
    sites = [
        m
        for m in sites
        if not re.search(r"get|newT", m[0].split("imeout")[0])
        and (m[0].rstrip().endswith(";") or m[0].lstrip().startswith("."))
    ]
    sites = [m for m in sites if not (m[0].lstrip().startswith(".") and m[0].rstrip().endswith(";"))]
    for match in draw.rng.sample(sites, min(1, len(sites))):
        host = block_host(enclosing(functions(text, "java"), line_at(text, match.start())))
        yield edited("setter", material.path, text, text[: match.start()] + text[match.end() :], host=host)


@operator("timeout-removed/workflow", "t-01", H, files=WORKFLOW, needs=r"timeout-minutes:")
def timeout_workflow(material: Material, draw: Draw) -> Iterator[Case]:
    """A job may hang for six hours."""
    blocks = yaml_keys(material.text, "timeout-minutes")
    for block in draw.rng.sample(blocks, min(1, len(blocks))):
        after = replace(material.text, block.first, block.first)
        pad = rows_of(material.text, block.first, block.first)[0].split("t")[0]
        other = replace(material.text, block.first, block.first, [f"{pad}timeout-minutes: 12"])
        yield edited("job or step", material.path, material.text, after, safe={"other value": other})


@operator(
    "timeout-removed/yaml",
    "t-01 k-01",
    H,
    files=YAML,
    needs=r"^\s+(\w*[tT]imeout(Seconds|Ms)?|activeDeadlineSeconds): *['\"]?\d",
)
def timeout_yaml(material: Material, draw: Draw) -> Iterator[Case]:
    """A limit of time leaves a manifest or values file."""
    if re.search(WORKFLOW, material.path):
        return
    blocks = [
        b
        for b in yaml_keys(material.text, r"\w*[tT]imeout(?:Seconds|Ms)?|activeDeadlineSeconds")
        if b.first == b.last and re.search(r"\d", b.text)
    ]
    for block in draw.rng.sample(blocks, min(1, len(blocks))):
        yield edited(block.name, material.path, material.text, replace(material.text, block.first, block.first))


@operator(
    "timeout-removed/terraform",
    "t-01",
    H,
    files=TF,
    needs=r"^\s+(timeout|idle_timeout|timeout_seconds|request_timeout\w*)\s*=\s*\d",
)
def timeout_terraform(material: Material, draw: Draw) -> Iterator[Case]:
    """A limit of time leaves a resource."""
    sites = [
        i
        for i, row in enumerate(material.text.split("\n"), 1)
        if re.match(r"\s+(timeout|timeout_seconds|request_timeout\w*)\s*=\s*\d", row)
    ]
    for line in draw.rng.sample(sites, min(1, len(sites))):
        aligned = replace(
            material.text, line, line, [re.sub(r"\s*=\s*", "    =  ", rows_of(material.text, line, line)[0], count=1)]
        )
        yield edited(
            "attribute", material.path, material.text, replace(material.text, line, line), safe={"aligned": aligned}
        )


@operator("call-without-timeout/python", "t-02 e-06", H, files=PY, needs=r"def ", standing=True)
def no_timeout_python(material: Material, draw: Draw) -> Iterator[Case]:
    """A new call that may wait for ever."""
    variants: list[Variant] = [
        ("requests", ["answer = requests.get(url)"]),
        ("multi-line", ["answer = requests.post(", "    url,", "    json=payload,", "    headers=headers,", ")"]),
        ("alias", ["answer = rq.get(url, params=query)"]),
        ("urlopen", ["with urlopen(request) as answer:", "    body = answer.read()"]),
        ("httpx None", ["answer = httpx.get(url, timeout=None)"]),
        ("from import", ["answer = http_get(url)"]),
        ("session", ["client = requests.Session()", "answer = client.put(url, data=body)"]),
        ("requests.request", ['answer = requests.request("DELETE", url, auth=auth)']),
        ("subprocess", ['subprocess.run(["pg_dump", dsn], check=True)']),
        ("redis", ['store = redis.Redis(host="cache", port=6379)']),
        ("psycopg", ["connection = psycopg2.connect(dsn)"]),
        ("socket", ["link = socket.create_connection((host, port))"]),
    ]
    safe = {
        "timeout": ["answer = requests.post(", "    url,", "    json=payload,", "    timeout=(3, 10),", ")"],
        "options": ["answer = requests.get(url, **options)"],
        "alias with timeout": ["answer = rq.get(url, params=query, timeout=5)"],
        "urlopen with timeout": ["with urlopen(request, None, 10) as answer:", "    body = answer.read()"],
    }
    imports = ["import socket", "import subprocess", "from urllib.request import urlopen", "import httpx", "import psycopg2", "import redis", "import requests", "import requests as rq", "from requests import get as http_get"]  # fmt: skip
    yield from into_python(material, draw, variants, safe=safe, imports=imports)


@operator("call-without-timeout/go", "t-02", H, files=GO, needs=r"^func ", standing=True)
def no_timeout_go(material: Material, draw: Draw) -> Iterator[Case]:
    """A new call that may wait for ever."""
    variants: list[Variant] = [
        ("http.Get", ["resp, err := http.Get(url)", "if err != nil {", "\treturn err", "}", "defer resp.Body.Close()"]),
        ("http.Post", ['resp, err := http.Post(url, "application/json", body)', "if err != nil {", "\treturn err", "}", "defer resp.Body.Close()"]),
        ("default client", ["resp, err := http.DefaultClient.Do(req)", "if err != nil {", "\treturn err", "}", "defer resp.Body.Close()"]),
        ("empty client", ["client := &http.Client{}", "resp, err := client.Do(req)", "if err != nil {", "\treturn err", "}", "defer resp.Body.Close()"]),
        ("client, lines", ["client := &http.Client{", "\tTransport: transport,", "}"]),
        ("dial", ['conn, err := net.Dial("tcp", addr)', "if err != nil {", "\treturn err", "}", "defer conn.Close()"]),
    ]  # fmt: skip
    safe = {"timeout": ["client := &http.Client{", "\tTimeout: 10 * time.Second,", "}"]}
    yield from into_braces(material, draw, variants, language="go", safe=safe, among="error")


@operator("call-without-timeout/typescript", "t-02", H, files=TS, needs=r"async ", standing=True)
def no_timeout_typescript(material: Material, draw: Draw) -> Iterator[Case]:
    """A new call that may wait for ever."""
    variants: list[Variant] = [
        ("fetch", ["const rates = await fetch(url);"]),
        (
            "fetch, lines",
            [
                "const rates = await fetch(`${base}/rates`, {",
                '\tmethod: "POST",',
                "\tbody: JSON.stringify(payload),",
                "});",
            ],
        ),
        ("axios", ["const { data } = await axios.get(url);"]),
        ("axios, lines", ["const reply = await axios.post(", "\turl,", "\tpayload,", "\t{ headers },", ");"]),
    ]
    safe = {
        "signal": ["const rates = await fetch(url, { signal: AbortSignal.timeout(5000) });"],
        "timeout": ["const { data } = await axios.get(url, { timeout: 5000 });"],
    }
    yield from into_braces(material, draw, variants, language="ts", safe=safe, among="async")


@operator("call-without-timeout/java", "t-02", H, files=JAVA, needs=r"^\s+(public|private|protected) ", standing=True)
def no_timeout_java(material: Material, draw: Draw) -> Iterator[Case]:
    """A new client that may wait for ever."""
    variants: list[Variant] = [
        ("RestTemplate", ["RestTemplate rest = new RestTemplate();"]),
        ("HttpClient", ["HttpClient client = HttpClient.newHttpClient();"]),
        ("URLConnection", ["HttpURLConnection link = (HttpURLConnection) new URL(address).openConnection();", "InputStream body = link.getInputStream();"]),
        ("builder", ["HttpClient client = HttpClient.newBuilder()", "\t.followRedirects(HttpClient.Redirect.NORMAL)", "\t.build();"]),
    ]  # fmt: skip
    safe = {
        "timeout": [
            "HttpClient client = HttpClient.newBuilder()",
            "\t.connectTimeout(Duration.ofSeconds(5))",
            "\t.build();",
        ]
    }
    yield from into_braces(material, draw, variants, language="java", safe=safe)


@operator("retry-uncapped/python", "t-04 t-05 e-01 e-02", H, files=PY, needs=r"def ", standing=True)
def uncapped_python(material: Material, draw: Draw) -> Iterator[Case]:
    """A retry that never gives up."""
    variants: list[Variant] = [
        ("while True", ["while True:", "    try:", "        answer = send(payload, timeout=5)", "        break", "    except ConnectionError:", "        time.sleep(1)"]),
        ("continue", ["while True:", "    try:", "        return send(payload, timeout=5)", "    except OSError as error:", '        logger.warning("again: %s", error)', "        continue"]),
        ("tenacity", ["@retry", "def deliver():", "    return send(payload, timeout=5)"]),
        ("tenacity wait only", ["@tenacity.retry(", "    wait=tenacity.wait_fixed(2),", "    reraise=True,", ")", "def deliver():", "    return send(payload, timeout=5)"]),
        ("max None", ["client = Client(url, max_retries=None, timeout=5)"]),
        ("while not", ["sent = False", "while not sent:", "    try:", "        send(payload, timeout=5)", "        sent = True", "    except ConnectionError:", "        pass"]),
    ]  # fmt: skip
    capped = ["for attempt in range(5):", "    try:", "        answer = send(payload, timeout=5)", "        break", "    except ConnectionError:", "        if attempt == 4:", "            raise", "        time.sleep(min(30, 2**attempt) * random.uniform(0.5, 1.5))"]  # fmt: skip
    stop = ["@tenacity.retry(", "    wait=tenacity.wait_random_exponential(max=30),", "    stop=tenacity.stop_after_attempt(5),", ")", "def deliver():", "    return send(payload, timeout=5)"]  # fmt: skip
    yield from into_python(
        material,
        draw,
        variants,
        safe={"capped": capped, "tenacity with stop": stop},
        imports=["import random", "import time", "import tenacity", "from tenacity import retry"],
    )


@operator("retry-uncapped/kubernetes", "t-04", H, files=YAML, needs=r"^kind: (Job|CronJob)\s*$", standing=True)
def backoff_limit(material: Material, draw: Draw) -> Iterator[Case]:
    """A job that is started again for ever."""
    rows = material.text.split("\n")
    at = next((i for i, row in enumerate(rows, 1) if re.match(r"\s*backoffLimit: *\d", row)), 0)
    value = draw.take(["1000", "100", "999999"])
    if at:
        pad = rows[at - 1].split("b")[0]
        yield edited(
            "raised",
            material.path,
            material.text,
            replace(material.text, at, at, [f"{pad}backoffLimit: {value}"]),
            safe={"small": replace(material.text, at, at, [f"{pad}backoffLimit: 4"])},
        )
        return
    at = next((i for i, row in enumerate(rows, 1) if row == "spec:"), 0)
    if at and re.search(r"(?m)^kind: Job\s*$", material.text):
        yield edited(
            "added",
            material.path,
            material.text,
            insert(material.text, at + 1, [f"  backoffLimit: {value}"]),
            safe={"small": insert(material.text, at + 1, ["  backoffLimit: 3"])},
        )


@operator("retry-uncapped/go", "t-04 t-05", H, files=GO, needs=r"^func .*error", standing=True)
def uncapped_go(material: Material, draw: Draw) -> Iterator[Case]:
    """A retry that never gives up."""
    variants: list[Variant] = [
        ("for", ["for {", "\terr := send(ctx, payload)", "\tif err == nil {", "\t\tbreak", "\t}", "\ttime.Sleep(time.Second)", "}"]),
        ("continue", ["for {", "\tif err := send(ctx, payload); err != nil {", '\t\tlog.Printf("again: %v", err)', "\t\tcontinue", "\t}", "\tbreak", "}"]),
        ("max elapsed 0", ["policy := backoff.NewExponentialBackOff()", "policy.MaxElapsedTime = 0", "_ = backoff.Retry(op, policy)"]),
    ]  # fmt: skip
    safe = {
        "capped": [
            "for attempt := 0; attempt < 5; attempt++ {",
            "\tif err := send(ctx, payload); err == nil {",
            "\t\tbreak",
            "\t}",
            "\ttime.Sleep(jitter(attempt))",
            "}",
        ]
    }
    yield from into_braces(material, draw, variants, language="go", safe=safe, among="error")


@operator("retry-no-backoff/python", "t-05", H, files=PY, needs=r"def ", standing=True)
def no_backoff(material: Material, draw: Draw) -> Iterator[Case]:
    """Everybody tries again at the same moment."""
    variants: list[Variant] = [
        ("constant sleep", ["for attempt in range(5):", "    try:", "        answer = send(payload, timeout=5)", "        break", "    except ConnectionError:", "        if attempt == 4:", "            raise", "        time.sleep(2)"]),
        ("exponential, no jitter", ["for attempt in range(5):", "    try:", "        answer = send(payload, timeout=5)", "        break", "    except ConnectionError:", "        if attempt == 4:", "            raise", "        time.sleep(2**attempt)"]),
        ("tenacity fixed", ["@tenacity.retry(wait=tenacity.wait_fixed(2), stop=tenacity.stop_after_attempt(5), reraise=True)", "def deliver():", "    return send(payload, timeout=5)"]),
        ("no sleep", ["for _ in range(3):", "    try:", "        return send(payload, timeout=5)", "    except ConnectionError as error:", "        last = error", "raise last"]),
        ("async", ["for _ in range(3):", "    try:", "        return await send(payload)", "    except TimeoutError:", "        await asyncio.sleep(1)"]),
    ]  # fmt: skip
    jitter = ["for attempt in range(5):", "    try:", "        answer = send(payload, timeout=5)", "        break", "    except ConnectionError:", "        if attempt == 4:", "            raise", "        time.sleep(random.uniform(0, min(30, 2**attempt)))"]  # fmt: skip
    yield from into_python(
        material,
        draw,
        variants,
        safe={"jitter": jitter},
        imports=["import asyncio", "import random", "import time", "import tenacity"],
    )


@operator("retry-or-limit-removed/python", "t-06", H, files=PY, needs=r"def ")
def retry_removed_python(material: Material, draw: Draw) -> Iterator[Case]:
    """A retry, a breaker or a limit of the rate goes, the call stays."""
    py = parsed(material)
    if py is None:
        return
    real = [
        (f, m)
        for f in py.functions(1)
        for m in f.decorator_list
        if re.search(r"retry|backoff|circuit|breaker|limiter|rate_?limit|throttle", ast.unparse(m))
    ]
    for function, mark in draw.rng.sample(real, min(1, len(real))):
        first, last = span(function)
        after = replace(py.text, mark.lineno, mark.end_lineno or 0)
        yield edited("decorator", material.path, py.text, after, host=Host(first=first, last=last, name=function.name))
        return
    calls = [
        k
        for c in py.all(ast.Call)
        for k in c.keywords
        if k.arg in ("autoretry_for", "max_retries", "retry_backoff", "throttle_classes")
        and not isinstance(py.parents[c], ast.Assign)
    ]
    calls = [k for k in calls if k.arg == "autoretry_for"]
    for keyword in draw.rng.sample(calls, min(1, len(calls))):
        call = py.parents[keyword]
        assert isinstance(call, ast.Call)
        yield edited("celery", material.path, py.text, py.without_keyword(call, keyword), host=host_of(py, call))
        return
    hosts = [
        f
        for f in py.functions(2)
        if not f.decorator_list
        and re.search(r"\b(requests|httpx|session|client)\.(get|post|put|request)\(|urlopen\(", ast.unparse(f))
    ]
    for function in draw.rng.sample(hosts, min(1, len(hosts))):
        pad = " " * function.col_offset
        shape, rows = draw.take([
            ("backoff", ["@backoff.on_exception(backoff.expo, OSError, max_tries=5)"]),
            ("tenacity, lines", ["@retry(", "    stop=stop_after_attempt(3),", "    wait=wait_random_exponential(max=20),", ")"]),
            ("breaker", ["@circuit(failure_threshold=5, recovery_timeout=30)"]),
            ("limit", ['@limiter.limit("10/minute")']),
            ("sleep_and_retry", ["@sleep_and_retry", "@limits(calls=15, period=60)"]),
        ])  # fmt: skip
        on = insert(py.text, function.lineno, [pad + row for row in rows])
        host = Host(first=function.lineno, last=(function.end_lineno or 0) + len(rows), name=function.name)
        other = insert(
            py.text, function.lineno, [f"{pad}@backoff.on_exception(backoff.full_jitter, OSError, max_tries=4)"]
        )
        yield edited(
            shape,
            material.path,
            on,
            py.text,
            host=host,
            planted=True,
            safe={"other retry": other} if "limit" not in shape else {},
        )


@operator("retry-or-limit-removed/java", "t-06", H, files=JAVA, needs=r"^\s+public .*\) *(throws \w+)? *\{")
def retry_removed_java(material: Material, draw: Draw) -> Iterator[Case]:
    """A retry, a breaker or a limit of the rate goes, the method stays."""
    hosts = [
        h
        for h in functions(material.text, "java")
        if re.search(r"(?i)client|rest|http|dao|repository|gateway", h.text) and h.name[:1].islower()
    ]
    for host in draw.rng.sample(hosts, min(1, len(hosts))):
        pad = material.text.split("\n")[host.first - 1]
        pad = pad[: len(pad) - len(pad.lstrip())]
        shape, row = draw.take([("breaker", '@CircuitBreaker(name = "orders")'), ("retryable", "@Retryable(maxAttempts = 3, backoff = @Backoff(delay = 200, multiplier = 2, random = true))"), ("bulkhead", '@Bulkhead(name = "orders")'), ("limiter", '@RateLimiter(name = "orders")')])  # fmt: skip
        on = insert(material.text, host.first, [pad + row])
        yield edited(
            shape, material.path, on, material.text, host=Host(first=host.first, last=host.last + 1), planted=True
        )


@operator("unbounded-query/python", "t-08", M, files=PY, needs=r"\[:\d+\]|\.limit\(|LIMIT \d|paginat")
def unbounded_python(material: Material, draw: Draw) -> Iterator[Case]:
    """A query that had an end has none."""
    py = parsed(material)
    if py is None:
        return
    sites: list[tuple[str, str, ast.expr]] = []
    for node in py.all(ast.Call):
        if isinstance(node.func, ast.Attribute) and node.func.attr == "limit" and node.args and py.owner(node):
            begin, end = py.bounds(node.func.value)[1], py.bounds(node)[1]
            sites.append(("limit()", py.swapped(begin, end, ""), node))
    for cut in py.all(ast.Subscript):
        if (
            isinstance(cut.slice, ast.Slice)
            and cut.slice.lower is None
            and cut.slice.upper is not None
            and re.search(r"\.(filter|all|order_by|exclude|objects)\(", py.source(cut.value))
            and py.owner(cut)
        ):
            sites.append(("slice", py.swapped(py.bounds(cut.value)[1], py.bounds(cut)[1], ""), cut))
    for shape, after, where in draw.rng.sample(sites, min(1, len(sites))):
        yield edited(shape, material.path, py.text, after, host=host_of(py, where))


@operator(
    "unbounded-query/new",
    "t-08",
    M,
    files=PY,
    needs=r"def (get|list|post|index|view)|@\w+\.(get|route|post)\(|request",
    standing=True,
)
def unbounded_new(material: Material, draw: Draw) -> Iterator[Case]:
    """A new query in a request handler without an end."""
    py = parsed(material)
    hosts = (
        [
            f
            for f in py.functions(2)
            if any(a.arg == "request" for a in f.args.args)
            or re.search(r"\.(get|route|post)\(", " ".join(ast.unparse(d) for d in f.decorator_list))
        ]
        if py
        else []
    )
    if py is None:
        return
    for host in draw.rng.sample(hosts, min(1, len(hosts))):
        pad, line = " " * host.body[-1].col_offset, host.body[-1].lineno
        shape, row = draw.take([("all()", "orders = Order.query.all()"), ("list of all", "orders = list(Order.objects.all())"), ("fetchall", 'rows = cursor.execute("SELECT * FROM orders").fetchall()'), ("session", "orders = session.query(Order).all()")])  # fmt: skip
        good = insert(py.text, line, [f"{pad}orders = Order.objects.all()[:100]"])
        yield edited(shape, material.path, py.text, insert(py.text, line, [pad + row]), safe={"limited": good})


@operator(
    "unbounded-query/sql-text", "t-08", M, files=rf"{GO}|\.ts$|{JAVA}|{PY}", needs=r"(?i)\blimit +(\d+|\$\d|\?|:\w+|%s)"
)
def limit_dropped(material: Material, draw: Draw) -> Iterator[Case]:
    """A statement loses its LIMIT."""
    text = material.text
    sites = list(re.finditer(r"(?m)(?:[ \t]*\n)?[ \t]*\bLIMIT +(?:\d+|\$\d|\?|:\w+|%s)(?=[ \t]*[`\";\n'])", text))
    sites = [
        m
        for m in sites
        if re.search(r"(?i)\bfrom\b", text[max(0, m.start() - 400) : m.start()])
        and "noop" not in text[max(0, m.start() - 80) : m.start()]
    ]
    for match in draw.rng.sample(sites, min(1, len(sites))):
        after = text[: match.start()] + text[match.end() :]
        if after != text:
            yield edited("LIMIT", material.path, text, after)


@operator("unbounded-query/prisma", "t-08", M, files=TS, needs=r"^\s+take: ")
def take_dropped(material: Material, draw: Draw) -> Iterator[Case]:
    """A query of an ORM loses its `take`."""
    sites = list(re.finditer(r"(?m)^[ \t]+take: [^\n]+\n", material.text))
    for match in draw.rng.sample(sites, min(1, len(sites))):
        host = block_host(enclosing(functions(material.text, "ts"), line_at(material.text, match.start())))
        yield edited(
            "take",
            material.path,
            material.text,
            material.text[: match.start()] + material.text[match.end() :],
            host=host,
        )


@operator("unbounded-concurrency/python", "t-09", H, files=PY, needs=r"def ", standing=True)
def concurrency_python(material: Material, draw: Draw) -> Iterator[Case]:
    """As much at once as there is input."""
    variants: list[Variant] = [
        ("gather star", ["results = await asyncio.gather(*[fetch(url) for url in urls])"]),
        (
            "gather generator",
            [
                "results = await asyncio.gather(",
                "    *(fetch(url) for url in urls),",
                "    return_exceptions=True,",
                ")",
            ],
        ),
        ("tasks", ["tasks = [asyncio.create_task(fetch(url)) for url in urls]", "await asyncio.wait(tasks)"]),
        ("queue", ["jobs = queue.Queue()"]),
        ("threads", ["for url in urls:", "    threading.Thread(target=fetch, args=(url,)).start()"]),
        ("executor", ["with ThreadPoolExecutor() as pool:", "    results = list(pool.map(fetch, urls))"]),
    ]
    safe = {
        "semaphore": [
            "gate = asyncio.Semaphore(10)",
            "",
            "async def limited(url):",
            "    async with gate:",
            "        return await fetch(url)",
        ],
        "bounded pool": [
            "with ThreadPoolExecutor(max_workers=8) as pool:",
            "    results = list(pool.map(fetch, urls))",
        ],
        "bounded queue": ["jobs = queue.Queue(maxsize=100)"],
    }
    yield from into_python(
        material,
        draw,
        variants,
        safe=safe,
        imports=[
            "import asyncio",
            "import queue",
            "import threading",
            "from concurrent.futures import ThreadPoolExecutor",
        ],
    )


@operator("unbounded-concurrency/typescript", "t-09", H, files=TS, needs=r"async |Promise\.all", standing=True)
def concurrency_typescript(material: Material, draw: Draw) -> Iterator[Case]:
    """As much at once as there is input."""
    variants: list[Variant] = [
        ("map", ["await Promise.all(users.map((user) => notify(user)));"]),
        (
            "lines",
            [
                "const results = await Promise.all(",
                "\tusers.map(async (user) => {",
                "\t\treturn await notify(user);",
                "\t}),",
                ");",
            ],
        ),
        ("settled", ["await Promise.allSettled(items.map(send));"]),
    ]
    safe = {
        "limited": ["await pMap(users, notify, { concurrency: 5 });"],
        "fixed list": ["const [a, b] = await Promise.all([loadUser(id), loadTeam(id)]);"],
    }
    yield from into_braces(material, draw, variants, language="ts", safe=safe, among="async")


@operator("unbounded-concurrency/go", "t-09", H, files=GO, needs=r"^func ", standing=True)
def concurrency_go(material: Material, draw: Draw) -> Iterator[Case]:
    """As much at once as there is input."""
    variants: list[Variant] = [
        ("goroutine each", ["for _, item := range items {", "\tgo process(item)", "}"]),
        ("closure", ["var wg sync.WaitGroup", "for _, item := range items {", "\twg.Add(1)", "\tgo func(i Item) {", "\t\tdefer wg.Done()", "\t\tprocess(i)", "\t}(item)", "}", "wg.Wait()"]),
        ("errgroup", ["g, ctx := errgroup.WithContext(ctx)", "for _, item := range items {", "\tg.Go(func() error { return process(ctx, item) })", "}"]),
    ]  # fmt: skip
    safe = {
        "limit": [
            "g, ctx := errgroup.WithContext(ctx)",
            "g.SetLimit(8)",
            "for _, item := range items {",
            "\tg.Go(func() error { return process(ctx, item) })",
            "}",
        ]
    }
    yield from into_braces(material, draw, variants, language="go", safe=safe)


@operator("lock-removed/python", "t-12", H, files=PY, needs=r"select_for_update|with .*lock|\.acquire\(")
def lock_python(material: Material, draw: Draw) -> Iterator[Case]:
    """Two may write at once."""
    py = parsed(material)
    if py is None:
        return
    sites: list[tuple[str, str, ast.AST]] = []
    for node in py.all(ast.Call):
        if isinstance(node.func, ast.Attribute) and node.func.attr == "select_for_update" and py.owner(node):
            sites.append(("select_for_update", py.swapped(py.bounds(node.func.value)[1], py.bounds(node)[1], ""), node))
    for block in py.all(ast.With):
        if len(block.items) == 1 and re.search(r"(?<!b)lock", ast.unparse(block.items[0]).lower()) and py.owner(block):
            sites.append(("with lock", py.unwrapped(block), block))
    for shape, after, where in draw.rng.sample(sites, min(1, len(sites))):
        yield edited(shape, material.path, py.text, after, host=host_of(py, where))


@operator("lock-removed/go", "t-12", H, files=GO, needs=r"\.Lock\(\)")
def lock_go(material: Material, draw: Draw) -> Iterator[Case]:
    """Two may write at once."""
    text = material.text
    sites = list(re.finditer(r"(?m)^([ \t]+)([\w.]+)\.(R?)Lock\(\)\n\1defer \2\.R?Unlock\(\)\n", text))
    for match in draw.rng.sample(sites, min(1, len(sites))):
        host = enclosing(functions(text, "go"), line_at(text, match.start()))
        tried = (
            text[: match.start()]
            + f"{match[1]}unlock := lockAll({match[2]})\n{match[1]}defer unlock()\n"
            + text[match.end() :]
        )
        yield edited(
            "defer",
            material.path,
            text,
            text[: match.start()] + text[match.end() :],
            host=block_host(host),
            safe={"helper": tried},
        )


@operator("lock-removed/java", "t-12", H, files=JAVA, needs=r"\bsynchronized\b|\.lock\(\);")
def lock_java(material: Material, draw: Draw) -> Iterator[Case]:
    """Two may write at once."""
    text = material.text
    sites = list(re.finditer(r"(?m)^([ \t]+(?:public|private|protected)(?: static)?) synchronized ", text))
    for match in draw.rng.sample(sites, min(1, len(sites))):
        yield edited("keyword", material.path, text, text[: match.start()] + match[1] + " " + text[match.end() :])
        return
    for match in re.finditer(r"(?m)^([ \t]+)synchronized \([^{\n]*\) \{\n((?:\1[ \t]+[^\n]*\n|\n)+)\1\}\n", text):
        body = dedented(match[2].rstrip("\n").split("\n"), 4)
        yield edited("block", material.path, text, text[: match.start()] + "\n".join(body) + "\n" + text[match.end() :])
        return


@operator("blocking-in-async/python", "t-11", M, files=PY, needs=r"async def ", standing=True, core=False)
def blocking_async(material: Material, draw: Draw) -> Iterator[Case]:
    """The event loop stands still."""
    py = parsed(material)
    hosts = [n for n in py.all(ast.AsyncFunctionDef) if len(n.body) > 1] if py else []
    if py is None:
        return
    for host in draw.rng.sample(hosts, min(1, len(hosts))):
        pad, line = " " * host.body[-1].col_offset, host.body[-1].lineno
        shape, row = draw.take([("sleep", "time.sleep(1)"), ("requests", "answer = requests.get(url, timeout=5)")])
        safe = {"to thread": insert(py.text, line, [f"{pad}await asyncio.to_thread(time.sleep, 1)"])}
        yield edited(shape, material.path, py.text, insert(py.text, line, [pad + row]), safe=safe)


@operator("unbounded-cache/python", "t-10", M, files=PY, needs=r"^    def \w+\(self, ", standing=True, core=False)
def cache_python(material: Material, draw: Draw) -> Iterator[Case]:
    """A cache that only grows."""
    py = parsed(material)
    hosts = (
        [f for f in py.functions(1) if f.col_offset == 4 and not f.decorator_list and len(f.args.args) > 1]
        if py
        else []
    )
    if py is None:
        return
    for host in draw.rng.sample(hosts, min(1, len(hosts))):
        shape, row = draw.take(
            [
                ("lru_cache None", "@lru_cache(maxsize=None)"),
                ("cache", "@functools.cache"),
                ("positional", "@functools.lru_cache(None)"),
            ]
        )
        safe = {"bounded": insert(py.text, host.lineno, ["    @functools.lru_cache(maxsize=128)"])}
        yield edited(shape, material.path, py.text, insert(py.text, host.lineno, [f"    {row}"]), safe=safe)
