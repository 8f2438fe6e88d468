"""Catalogue 5.3: failure handling in code."""

import ast
import re
from collections.abc import Iterator

from benchmarks.seeding.edits import (
    Block,
    Py,
    brace_end,
    dedented,
    enclosing,
    functions,
    indent_of,
    insert,
    line_at,
    name_of,
    replace,
    rows_of,
    shifted,
    span,
)
from benchmarks.seeding.model import Case, Draw, H, Host, M, Material, edited, operator
from benchmarks.seeding.operators.common import (
    GO,
    JAVA,
    PY,
    SH,
    TS,
    Variant,
    into_braces,
    into_python,
    into_shell,
    parsed,
)


def host_of(py: Py, node: ast.AST) -> Host | None:
    """The function around a node, as lines."""
    owner = py.owner(node)
    if owner is None:
        return None
    first, last = span(owner)
    return Host(first=first, last=last, name=owner.name)


def block_host(block: Block | None) -> Host | None:
    """A function in braces, as lines."""
    return Host(first=block.first, last=block.last, name=block.name) if block else None


def _handlers(py: Py) -> list[tuple[ast.Try, ast.ExceptHandler]]:
    return [(t, h) for t in py.all(ast.Try) for h in t.handlers if h.type is not None and py.owner(t) is not None]


@operator("swallowed-error/python", "e-01 e-02 e-03 e-04", H, files=PY, needs=r"^\s+except [A-Z(\w.]+")
def swallow_python(material: Material, draw: Draw) -> Iterator[Case]:
    """A handler stops doing anything."""
    py = parsed(material)
    if py is None:
        return
    sites = [
        (t, h)
        for t, h in _handlers(py)
        if any(isinstance(n, ast.Raise) for n in ast.walk(h))
        and not re.search(r"ImportError|StopIteration", ast.unparse(h.type) if h.type else "")
    ]
    for block, handler in draw.rng.sample(sites, min(1, len(sites))):
        pad = " " * handler.body[0].col_offset
        first, last = handler.body[0].lineno, handler.body[-1].end_lineno or 0
        host = host_of(py, block)
        wide = replace(py.text, handler.lineno, last, [f"{' ' * handler.col_offset}except Exception:", pad + "pass"])
        suppress = [
            f"{' ' * block.col_offset}with contextlib.suppress(Exception):",
            *rows_of(py.text, block.body[0].lineno, block.body[-1].end_lineno or 0),
        ]
        options = [
            ("pass", replace(py.text, first, last, [pad + "pass"])),
            ("return None", replace(py.text, first, last, [pad + "return None"])),
            ("return empty", replace(py.text, first, last, [pad + "return {}"])),
            ("ellipsis", replace(py.text, first, last, [pad + "..."])),
            ("any error, pass", wide),
            ("return False", replace(py.text, first, last, [pad + "return False"])),
            ("comment and pass", replace(py.text, first, last, [pad + "# nothing to do", pad + "pass"])),
        ]
        if len(block.handlers) == 1 and not block.orelse and not block.finalbody:
            options.append(("suppress", replace(py.text, block.lineno, block.end_lineno or 0, suppress)))
        shape, after = draw.take(options)
        kept = insert(py.text, first, [pad + 'logger.warning("failed, giving up")'])
        yield edited(shape, material.path, py.text, after, host=host, safe={"log added": kept})


@operator("swallowed-error/python-new", "e-01 e-02", H, files=PY, needs=r"def ", standing=True)
def swallow_python_new(material: Material, draw: Draw) -> Iterator[Case]:
    """A new handler that hides every error."""
    variants: list[Variant] = [
        ("pass", ["try:", "    publish(event)", "except Exception:", "    pass"]),
        ("bare", ["try:", "    publish(event)", "except:", "    pass"]),
        ("return default", ["try:", "    total = fetch_total(account)", "except Exception as error:", "    return None"]),
        ("continue", ["for item in items:", "    try:", "        store(item)", "    except (OSError, ValueError):", "        continue"]),
        ("suppress", ["with contextlib.suppress(Exception):", "    publish(event)"]),
        ("base exception", ["try:", "    charge(order)", "except BaseException:", "    return []"]),
    ]  # fmt: skip
    safe = {
        "logged and raised": [
            "try:",
            "    publish(event)",
            "except ConnectionError:",
            '    logger.exception("not published")',
            "    raise",
        ],
        "cleanup": ["try:", "    work(handle)", "finally:", "    handle.close()"],
    }
    yield from into_python(material, draw, variants, safe=safe, imports=["import contextlib"])


def _catches(text: str, language: str) -> Iterator[tuple[int, int, int, int, str]]:
    """Give offsets: `try`, its opening brace, the catch's opening brace, its closing brace; and the catch's head."""
    for match in re.finditer(r"\btry\s*\{", text):
        opening = match.end() - 1
        closing = brace_end(text, opening)
        head = re.compile(r"\s*(catch\s*(?:\([^)]*\))?\s*)\{").match(text, closing + 1) if closing > 0 else None
        if head is None:
            continue
        end = brace_end(text, head.end() - 1)
        follows = text[end + 1 : end + 12].strip()
        if end > 0 and not follows.startswith(("catch", "finally")):
            yield match.start(), opening, head.end() - 1, end, head[1]
    del language


@operator("swallowed-error/typescript", "e-01 e-03 e-04", H, files=TS, needs=r"\bcatch\s*(\(|\{)")
def swallow_typescript(material: Material, draw: Draw) -> Iterator[Case]:
    """A catch block stops doing anything."""
    yield from _swallow_braces(
        material, draw, "ts", ["", "return null;", "// ignore", "return [];", "return undefined;"]
    )


@operator("swallowed-error/java", "e-01 e-03 e-04", H, files=JAVA, needs=r"\bcatch\s*\(")
def swallow_java(material: Material, draw: Draw) -> Iterator[Case]:
    """A catch block stops doing anything."""
    yield from _swallow_braces(material, draw, "java", ["", "return null;", "// ignored", "return false;"])


def _swallow_braces(material: Material, draw: Draw, language: str, bodies: list[str]) -> Iterator[Case]:
    text = material.text
    sites = [
        s
        for s in _catches(text, language)
        if re.search(r"throw|error|log|Error", text[s[2] : s[3]]) and "\n" in text[s[2] : s[3]]
    ]
    for _, _, opening, closing, _ in draw.rng.sample(sites, min(1, len(sites))):
        pad = indent_of(text.split("\n")[line_at(text, closing) - 1])
        body = draw.take(bodies)
        inside = f"\n{pad}    {body}\n{pad}" if body else ""
        after = text[: opening + 1] + inside + text[closing:]
        host = block_host(enclosing(functions(text, language), line_at(text, opening)))
        yield edited(body or "empty", material.path, text, after, host=host)


@operator("swallowed-error/typescript-new", "e-01", H, files=TS, needs=r"async ", standing=True)
def swallow_typescript_new(material: Material, draw: Draw) -> Iterator[Case]:
    """A new handler that hides every error."""
    variants: list[Variant] = [
        ("empty catch", ["try {", "\tawait publish(event);", "} catch {}"]),
        ("promise", ["publish(event).catch(() => {});"]),
        ("promise, lines", ["await client", "\t.send(message)", "\t.catch(() => undefined);"]),
        (
            "catch default",
            ["let items = [];", "try {", "\titems = await load();", "} catch (e) {", "\titems = [];", "}"],
        ),
        ("named, unused", ["try {", "\tawait publish(event);", "} catch (_error) {", "\t// best effort", "}"]),
    ]
    safe = {
        "thrown on": [
            "try {",
            "\tawait publish(event);",
            "} catch (error) {",
            "\tlogger.error(error);",
            "\tthrow error;",
            "}",
        ]
    }
    yield from into_braces(material, draw, variants, language="ts", safe=safe)


_GO_CHECK = re.compile(r"(?m)^([ \t]*)if err(?: :?= [^;\n]+;\s*err)? != nil \{\n(?:[ \t]+(?!\t*\}).*\n)+?\1\}\n")


@operator("swallowed-error/go", "e-01 e-03", H, files=GO, needs=r"if err != nil")
def swallow_go(material: Material, draw: Draw) -> Iterator[Case]:
    """An error value goes to the blank name."""
    text = material.text
    sites = list(re.finditer(r"(?m)^([ \t]*)(\w+), err (:?=) ([^\n]+\))\n\1if err != nil \{\n[^\n]*\n\1\}\n", text))
    for match in draw.rng.sample(sites, min(1, len(sites))):
        pad, name, sign, call = match.groups()
        rows = draw.take(
            [
                ("blank", [f"{pad}{name}, _ {sign} {call}"]),
                ("assigned to blank", [f"{pad}{name}, err {sign} {call}", f"{pad}_ = err"]),
            ]
        )
        after = text[: match.start()] + "\n".join(rows[1]) + "\n" + text[match.end() :]
        host = block_host(enclosing(functions(text, "go"), line_at(text, match.start())))
        wrapped = (
            text[: match.start()]
            + re.sub(r"return (.*)err\b", r'return \1fmt.Errorf("call: %w", err)', match[0])
            + text[match.end() :]
        )
        yield edited(rows[0], material.path, text, after, host=host, safe={"wrapped": wrapped})


@operator("handler-removed/go", "e-03 e-01", H, files=GO, needs=r"if err != nil")
def handler_go(material: Material, draw: Draw) -> Iterator[Case]:
    """The check of an error goes, the call stays."""
    text = material.text
    sites = list(_GO_CHECK.finditer(text))
    for match in draw.rng.sample(sites, min(1, len(sites))):
        inline = re.match(r"[ \t]*if err :?= ([^;\n]+); err != nil", match[0])
        rest = f"{match[1]}{inline[1]}\n" if inline else ""
        after = text[: match.start()] + rest + text[match.end() :]
        host = block_host(enclosing(functions(text, "go"), line_at(text, match.start())))
        spelled = match[0].replace("err != nil", "nil != err")
        safe = {"other order": text[: match.start()] + spelled + text[match.end() :]}
        yield edited("inline call" if inline else "block", material.path, text, after, host=host, safe=safe)


@operator("handler-removed/python", "e-03", H, files=PY, needs=r"^\s+except ")
def handler_python(material: Material, draw: Draw) -> Iterator[Case]:
    """The `try` goes, the call stays."""
    py = parsed(material)
    if py is None:
        return
    sites = [
        t
        for t in py.all(ast.Try)
        if not t.orelse
        and not t.finalbody
        and py.owner(t) is not None
        and any(isinstance(n, ast.Call) for s in t.body for n in ast.walk(s))
    ]
    for block in draw.rng.sample(sites, min(1, len(sites))):
        handler = block.handlers[-1]
        more = insert(
            py.text,
            (handler.end_lineno or 0) + 1,
            [f"{' ' * handler.col_offset}except RecursionError:", f"{' ' * handler.body[0].col_offset}raise"],
        )
        safe = {"handler added": more} if handler.type is not None else {}
        shape = "one statement" if len(block.body) == 1 else "several statements"
        yield edited(shape, material.path, py.text, py.unwrapped(block), host=host_of(py, block), safe=safe)


@operator("handler-removed/typescript", "e-03", H, files=TS, needs=r"\bcatch\s*(\(|\{)")
def handler_typescript(material: Material, draw: Draw) -> Iterator[Case]:
    """The `try` goes, the call stays."""
    yield from _unwrap_braces(material, draw, "ts")


@operator("handler-removed/java", "e-03", H, files=JAVA, needs=r"\bcatch\s*\(")
def handler_java(material: Material, draw: Draw) -> Iterator[Case]:
    """The `try` goes, the call stays."""
    yield from _unwrap_braces(material, draw, "java")


def _unwrap_braces(material: Material, draw: Draw, language: str) -> Iterator[Case]:
    text = material.text
    sites = [s for s in _catches(text, language) if "\n" in text[s[1] : s[2]] and "(" in text[s[1] + 1 : s[2]]]
    for start, opening, catch, closing, _ in draw.rng.sample(sites, min(1, len(sites))):
        inner_end = brace_end(text, opening)
        rows = text[opening + 1 : inner_end].strip("\n").rstrip().split("\n")
        pad = indent_of(text.split("\n")[line_at(text, start) - 1])
        if text.split("\n")[line_at(text, start) - 1].strip() not in ("try {", "try{"):
            continue
        by = len(indent_of(rows[0])) - len(pad)
        after = replace(text, line_at(text, start), line_at(text, closing), dedented(rows, max(0, by)))
        host = block_host(enclosing(functions(text, language), line_at(text, catch)))
        yield edited("one statement" if len(rows) == 1 else "several statements", material.path, text, after, host=host)


@operator("raise-to-default/python", "e-04 e-05", H, files=PY, needs=r"^\s+raise \w+\(")
def default_python(material: Material, draw: Draw) -> Iterator[Case]:
    """An error becomes an empty answer."""
    py = parsed(material)
    if py is None:
        return
    sites = [
        r
        for r in py.all(ast.Raise)
        if isinstance(r.exc, ast.Call) and py.owner(r) is not None and "NotImplemented" not in ast.unparse(r)
    ]
    for node in draw.rng.sample(sites, min(1, len(sites))):
        value = draw.take(["return None", "return []", "return {}", "return False", 'return ""'])
        pad = " " * node.col_offset
        after = replace(py.text, node.lineno, node.end_lineno or 0, [pad + value])
        logged = insert(py.text, node.lineno, [pad + 'logger.error("refused")'])
        yield edited(value, material.path, py.text, after, host=host_of(py, node), safe={"logged as well": logged})


@operator("raise-to-default/typescript", "e-04 e-05", H, files=TS, needs=r"^\s+throw new \w+\(")
def default_typescript(material: Material, draw: Draw) -> Iterator[Case]:
    """An error becomes an empty answer."""
    yield from _throw_to(material, draw, "ts", ["return null;", "return [];", "return undefined;", "return {};"])


@operator("raise-to-default/java", "e-04 e-05", H, files=JAVA, needs=r"^\s+throw new \w+\(")
def default_java(material: Material, draw: Draw) -> Iterator[Case]:
    """An error becomes an empty answer."""
    yield from _throw_to(
        material, draw, "java", ["return null;", "return Optional.empty();", "return Collections.emptyList();"]
    )


def _throw_to(material: Material, draw: Draw, language: str, values: list[str]) -> Iterator[Case]:
    text = material.text
    sites = [
        m
        for m in re.finditer(r"(?m)^([ \t]+)throw new \w+\((?:[^;{}]*?)\);[ \t]*$", text)
        if enclosing(functions(text, language), line_at(text, m.start()))
    ]
    for match in draw.rng.sample(sites, min(1, len(sites))):
        value = draw.take(values)
        after = text[: match.start()] + match[1] + value + text[match.end() :]
        host = block_host(enclosing(functions(text, language), line_at(text, match.start())))
        yield edited(value, material.path, text, after, host=host)


@operator("raise-to-default/go", "e-04 e-01 e-03", H, files=GO, needs=r"return nil, (err|fmt\.Errorf|errors\.)")
def default_go(material: Material, draw: Draw) -> Iterator[Case]:
    """An error becomes an empty answer."""
    text = material.text
    sites = list(re.finditer(r"(?m)^([ \t]+)return nil, (?:err|fmt\.Errorf\([^\n]*\)|errors\.[^\n]*)$", text))
    for match in draw.rng.sample(sites, min(1, len(sites))):
        after = text[: match.start()] + f"{match[1]}return nil, nil" + text[match.end() :]
        host = block_host(enclosing(functions(text, "go"), line_at(text, match.start())))
        yield edited("nil, nil", material.path, text, after, host=host)


@operator("validation-removed/python", "e-05 e-04", H, files=PY, needs=r"^\s+raise \w+")
def validation_python(material: Material, draw: Draw) -> Iterator[Case]:
    """A check of the input goes."""
    py = parsed(material)
    if py is None:
        return
    sites = []
    for node in py.all(ast.If):
        owner = py.owner(node)
        if owner is None or node.orelse or not isinstance(node.body[-1], ast.Raise) or len(node.body) > 2:
            continue
        names = {n.id for n in ast.walk(node.test) if isinstance(n, ast.Name)} & {a.arg for a in owner.args.args}
        later = [
            n
            for n in ast.walk(owner)
            if isinstance(n, ast.Name) and n.id in names and n.lineno > (node.end_lineno or 0)
        ]
        if (
            names
            and later
            and owner.body[-1] is not node
            and isinstance(py.parents[node], ast.FunctionDef | ast.AsyncFunctionDef)
        ):
            sites.append(node)
    for node in draw.rng.sample(sites, min(1, len(sites))):
        after = replace(py.text, node.lineno, node.end_lineno or 0)
        pad = " " * node.col_offset
        helper = replace(
            py.text,
            node.lineno,
            node.end_lineno or 0,
            [f"{pad}validate({', '.join(sorted({n.id for n in ast.walk(node.test) if isinstance(n, ast.Name)}))})"],
        )
        yield edited(
            "if and raise", material.path, py.text, after, host=host_of(py, node), safe={"validator called": helper}
        )


@operator("validation-removed/typescript", "e-05 e-04", H, files=TS, needs=r"^\s+if \(!?\w+.*\) \{\n\s+throw ")
def validation_typescript(material: Material, draw: Draw) -> Iterator[Case]:
    """A check of the input goes."""
    yield from _guard_gone(material, draw, "ts", r"(?m)^([ \t]+)if \((!?[\w.]+[^\n]*)\) \{\n[ \t]+throw [^;]*;\n\1\}\n")


@operator("validation-removed/java", "e-05 e-04", H, files=JAVA, needs=r"^\s+if \(.*\) \{\n\s+throw |requireNonNull")
def validation_java(material: Material, draw: Draw) -> Iterator[Case]:
    """A check of the input goes."""
    yield from _guard_gone(
        material,
        draw,
        "java",
        r"(?m)^([ \t]+)(?:if \(([^\n]+)\) \{\n[ \t]+throw [^;]*;\n\1\}|Objects\.requireNonNull\([^;]*\);)\n",
    )


@operator("validation-removed/go", "e-05 e-03", H, files=GO, needs=r"^\s+if (len\(|\w+ == (nil|\"\"))")
def validation_go(material: Material, draw: Draw) -> Iterator[Case]:
    """A check of the input goes."""
    yield from _guard_gone(
        material,
        draw,
        "go",
        r"(?m)^([ \t]+)if ((?:len\([\w.]+\)|[\w.]+) (?:==|<|>) [^\n{]+) \{\n[ \t]+return [^\n/]*(?:err|Err|rrorf|rrors)[^\n/]*\n\1\}\n",
    )


def _guard_gone(material: Material, draw: Draw, language: str, pattern: str) -> Iterator[Case]:
    text = material.text
    hosts = functions(text, language)
    sites = []
    for match in re.finditer(pattern, text):
        host = enclosing(hosts, line_at(text, match.start()))
        names = set(re.findall(r"[A-Za-z_]\w*", match[2] or match[0])) - {
            "null",
            "nil",
            "len",
            "undefined",
            "typeof",
            "length",
            "this",
        }
        rest = "\n".join(rows_of(text, line_at(text, match.end()), host.last)) if host else ""
        if host and any(re.search(rf"\b{name}\b", rest) for name in names):
            sites.append((match, host))
    for match, host in draw.rng.sample(sites, min(1, len(sites))):
        after = text[: match.start()] + text[match.end() :]
        yield edited("if and leave", material.path, text, after, host=block_host(host))


@operator("broad-except/python", "e-02 e-01", M, files=PY, needs=r"^\s+except \w+")
def broad_python(material: Material, draw: Draw) -> Iterator[Case]:
    """A narrow handler takes everything."""
    py = parsed(material)
    if py is None:
        return
    sites = [(t, h) for t, h in _handlers(py) if ast.unparse(h.type or h) != "Exception" and not any(isinstance(n, ast.Raise) or (isinstance(n, ast.Call) and "log" in name_of(n)) for n in ast.walk(h))]  # fmt: skip
    for block, handler in draw.rng.sample(sites, min(1, len(sites))):
        assert handler.type is not None
        begin, end = py.bounds(handler.type)
        shape, wide = draw.take(
            [("Exception", "Exception"), ("tuple", "(ValueError, Exception)"), ("BaseException", "BaseException")]
        )
        narrow = py.swapped(
            begin,
            end,
            f"({ast.unparse(handler.type)}, UnicodeError)"
            if not isinstance(handler.type, ast.Tuple)
            else ast.unparse(handler.type),
        )
        yield edited(
            shape,
            material.path,
            py.text,
            py.swapped(begin, end, wide),
            host=host_of(py, block),
            safe={"one narrow more": narrow},
        )


@operator("new-call-no-error-path/python", "e-06 t-02", M, files=PY, needs=r"def ", reverse=False)
def no_error_path(material: Material, draw: Draw) -> Iterator[Case]:
    """A new function that reaches out and provides for nothing."""
    shape, rows = draw.take(
        [
            ("requests", ["def fetch_rates(base):", '    response = requests.get(f"{RATES}/{base}", timeout=5)', '    return response.json()["rates"]']),
            ("file", ["def read_limits(path):", "    with open(path) as handle:", "        return json.load(handle)"]),
            ("aliased client", ["def push_event(event):", "    body = rq.post(EVENTS, json=event, timeout=3).json()", '    return body["id"]']),
            ("database", ["def balance_of(account):", '    row = connection.execute("SELECT balance FROM accounts WHERE id = %s", [account]).fetchone()', "    return row[0]"]),
            ("async", ["async def load_profile(user):", "    async with httpx.AsyncClient(timeout=5) as client:", '        answer = await client.get(f"/profiles/{user}")', "    return answer.json()"]),
            ("boto", ["def put_report(key, data):", "    s3 = boto3.client('s3')", "    s3.put_object(Bucket=BUCKET, Key=key, Body=data)", "    return key"]),
        ]
    )  # fmt: skip
    text = material.text.rstrip("\n") + "\n"
    guarded = [rows[0], "    try:", *shifted(rows[1:], "    "), "    except (OSError, LookupError) as error:", '        logger.exception("not reached")', "        raise Unavailable from error"]  # fmt: skip
    safe = {"handled": text + "\n\n" + "\n".join(guarded) + "\n"}
    yield edited(shape, material.path, text, text + "\n\n" + "\n".join(rows) + "\n", safe=safe)


@operator("status-check-removed/python", "e-08 e-03", H, files=PY, needs=r"raise_for_status\(\)|check=True")
def status_python(material: Material, draw: Draw) -> Iterator[Case]:
    """The answer is no longer looked at."""
    py = parsed(material)
    if py is None:
        return
    for node in py.all(ast.Call):
        statement = py.parents.get(node)
        if (
            name_of(node).endswith("raise_for_status")
            and isinstance(statement, ast.Expr)
            and len(getattr(py.parents[statement], "body", ())) > 1
        ):
            after = replace(py.text, statement.lineno, statement.end_lineno or 0)
            pad = " " * statement.col_offset
            ok = [
                f"{pad}if not {ast.unparse(node.func)[: -len('.raise_for_status')]}.ok:",
                f'{pad}    raise RuntimeError("refused")',
            ]
            safe = {"checked by hand": replace(py.text, statement.lineno, statement.end_lineno or 0, ok)}
            yield edited("raise_for_status", material.path, py.text, after, host=host_of(py, node), safe=safe)
            return
        keyword = next(
            (
                k
                for k in node.keywords
                if k.arg == "check" and isinstance(k.value, ast.Constant) and k.value.value is True
            ),
            None,
        )
        if keyword is not None and name_of(node).endswith("run"):
            flipped = py.swapped(*py.bounds(keyword), "check=False")
            shape, after = draw.take([("check removed", py.without_keyword(node, keyword)), ("check=False", flipped)])
            safe = (
                {"check_call": py.without_keyword(node, keyword).replace("subprocess.run", "subprocess.check_call", 1)}
                if py.text.count("subprocess.run(") == 1
                else {}
            )
            yield edited(shape, material.path, py.text, after, host=host_of(py, node), safe=safe)
            return


@operator("status-check-removed/shell", "e-08 c-02", H, files=SH, needs=r"^set -\w*e|pipefail")
def status_shell(material: Material, draw: Draw) -> Iterator[Case]:
    """A script goes on after a failure."""
    rows = material.text.split("\n")
    at = next((i for i, row in enumerate(rows, 1) if re.match(r"set -\w*e|set -o (errexit|pipefail)", row)), 0)
    if not at:
        return
    commands = [
        i
        for i, row in enumerate(rows, 1)
        if i > at
        and re.match(r"(docker|kubectl|terraform|npm|go|python|pip|aws|curl|helm|make|git) [^\\|&;]+$", row.strip())
    ]
    options = [("removed", replace(material.text, at, at)), ("set +e", insert(material.text, at + 1, ["set +e"]))]
    if commands:
        line = commands[0]
        options.append(("|| true", replace(material.text, line, line, [rows[line - 1] + " || true"])))
    if "pipefail" in rows[at - 1]:
        options.append(
            (
                "pipefail dropped",
                replace(material.text, at, at, ["set -e" if "e" in rows[at - 1].split()[1] else "set -u"]),
            )
        )
    shape, after = draw.take(options)
    spelled = replace(material.text, at, at, ["set -o errexit -o nounset -o pipefail"])
    yield edited(shape, material.path, material.text, after, safe={"spelled out": spelled})


@operator("status-check-removed/typescript", "e-08 e-05 e-03 e-04", H, files=TS, needs=r"if \(!\w+\.ok\)")
def status_typescript(material: Material, draw: Draw) -> Iterator[Case]:
    """The answer is no longer looked at."""
    text = material.text
    sites = []
    for match in re.finditer(r"(?m)^([ \t]+)if \(!(\w+)\.ok\) \{", text):
        end = brace_end(text, match.end() - 1)
        if end > 0 and text[end : end + 2] == "}\n":
            sites.append((match, end))
    for match, end in draw.rng.sample(sites, min(1, len(sites))):
        after = text[: match.start()] + text[end + 2 :]
        other = text.replace(f"if (!{match[2]}.ok) {{", f"if ({match[2]}.ok === false) {{", 1)
        yield edited(
            "res.ok",
            material.path,
            text,
            after,
            host=block_host(enclosing(functions(text, "ts"), line_at(text, match.start()))),
            safe={"spelled out": other},
        )


@operator(
    "transaction-removed/python", "e-09", H, files=PY, needs=r"atomic\b|transaction_with_commit_on_errors|\.begin\(\)"
)
def transaction_python(material: Material, draw: Draw) -> Iterator[Case]:
    """Writes that belonged together no longer do."""
    py = parsed(material)
    if py is None:
        return

    def writes(node: ast.AST) -> int:
        return sum(
            isinstance(n, ast.Call)
            and name_of(n).rsplit(".", 1)[-1]
            in (
                "save",
                "create",
                "delete",
                "update",
                "bulk_create",
                "bulk_update",
                "add",
                "get_or_create",
                "update_or_create",
                "execute",
            )
            for n in ast.walk(node)
        )

    sites: list[tuple[ast.stmt, str, str]] = []
    for block in py.all(ast.With):
        if (
            len(block.items) == 1
            and re.search(r"atomic\(|begin\(", ast.unparse(block.items[0]))
            and py.owner(block)
            and writes(block) >= 2
        ):
            sites.append((block, "with", py.unwrapped(block)))
    for function in py.functions(2):
        for mark in function.decorator_list:
            if "atomic" in ast.unparse(mark) and writes(function) >= 2:
                sites.append((function, "decorator", replace(py.text, mark.lineno, mark.end_lineno or 0)))
    for node, shape, after in draw.rng.sample(sites, min(1, len(sites))):
        host = host_of(py, node) if shape == "with" else Host(first=span(node)[0], last=span(node)[1])
        yield edited(shape, material.path, py.text, after, host=host)


@operator("transaction-removed/java", "e-09", H, files=JAVA, needs=r"^\s+@Transactional")
def transaction_java(material: Material, draw: Draw) -> Iterator[Case]:
    """A method that writes no longer runs in a transaction."""
    text = material.text
    sites = [
        m
        for m in re.finditer(r"(?m)^[ \t]+@Transactional(\([^)]*\))?[ \t]*\n", text)
        if m[0].startswith((" ", "\t")) and "readOnly" not in m[0]
    ]
    for match in draw.rng.sample(sites, min(1, len(sites))):
        host = enclosing(functions(text, "java"), line_at(text, match.end()) + 1)
        if (
            host is None
            or len(
                re.findall(
                    r"\.(save|delete|persist|merge|update|insert|remove|saveAndFlush|updateStatus\w*)\(", host.text
                )
            )
            < 2
        ):
            continue
        changed = text[: match.start()] + match[0].rstrip("\n").split("(")[0] + "(timeout = 30)\n" + text[match.end() :]
        yield edited(
            "annotation",
            material.path,
            text,
            text[: match.start()] + text[match.end() :],
            host=block_host(host),
            safe={"other attribute": changed},
        )


@operator(
    "log-removed/python", "e-10", M, files=PY, needs=r"log(ger|ging)?\.(error|exception|warning)\(|capture_exception"
)
def log_python(material: Material, draw: Draw) -> Iterator[Case]:
    """An error is no longer said."""
    py = parsed(material)
    if py is None:
        return
    sites = [
        e
        for e in py.all(ast.Expr)
        if isinstance(e.value, ast.Call)
        and re.search(r"log\w*\.(error|exception)$|capture_exception$", name_of(e.value))
        and len(getattr(py.parents[e], "body", ())) > 1
        and py.owner(e)
    ]
    for node in draw.rng.sample(sites, min(1, len(sites))):
        begin, end = py.bounds(node)
        renamed = py.swapped(
            begin, end, re.sub(r"^[\w.]+\.(error|exception)\(", r"structured_log.\1(", py.source(node))
        )
        shape = "one line" if node.lineno == node.end_lineno else "multi-line"
        yield edited(
            shape,
            material.path,
            py.text,
            replace(py.text, node.lineno, node.end_lineno or 0),
            host=host_of(py, node),
            safe={"other logger": renamed},
        )


@operator("log-removed/go", "e-10", M, files=GO, needs=r"[lL]og\w*\S*\.(Error|Err|Warn)")
def log_go(material: Material, draw: Draw) -> Iterator[Case]:
    """An error is no longer said."""
    yield from _statement_gone(material, draw, "go", r"(?m)^[ \t]+\w*[lL]og[\w.()]*\.(?:Error\w*|Err)\([^\n]*\n")


@operator("log-removed/java", "e-10", M, files=JAVA, needs=r"(?i)log(ger)?\.error\(")
def log_java(material: Material, draw: Draw) -> Iterator[Case]:
    """An error is no longer said."""
    yield from _statement_gone(material, draw, "java", r"(?m)^[ \t]+(?:log|logger|LOG|LOGGER)\.error\([^;]*;\n")


@operator("log-removed/typescript", "e-10", M, files=TS, needs=r"(logger|console)\.(error|warn)\(|captureException")
def log_typescript(material: Material, draw: Draw) -> Iterator[Case]:
    """An error is no longer said."""
    yield from _statement_gone(
        material,
        draw,
        "ts",
        r"(?m)^[ \t]+(?:logger|console)\.error\([^;]*;\n|^[ \t]+Sentry\.captureException\([^;]*;\n",
    )


def _statement_gone(material: Material, draw: Draw, language: str, pattern: str) -> Iterator[Case]:
    text = material.text
    sites = [(m, enclosing(functions(text, language), line_at(text, m.start()))) for m in re.finditer(pattern, text)]
    sites = [(match, host) for match, host in sites if host]
    for match, host in draw.rng.sample(sites, min(1, len(sites))):
        shape = "one line" if match[0].count("\n") == 1 else "multi-line"
        yield edited(shape, material.path, text, text[: match.start()] + text[match.end() :], host=block_host(host))


@operator("stub-left/python", "e-11", M, files=PY, needs=r"def ", standing=True, core=False)
def stub_python(material: Material, draw: Draw) -> Iterator[Case]:
    """A body that is still to be written."""
    py = parsed(material)
    hosts = py.functions(3) if py else []
    if py is None or "abstract" in material.text or "Protocol" in material.text:
        return
    for host in draw.rng.sample(hosts, min(1, len(hosts))):
        pad = " " * host.body[0].col_offset
        shape, rows = draw.take(
            [
                ("raises", ["raise NotImplementedError"]),
                ("placeholder", ["# TODO: call the real service", "return {}  # placeholder"]),
                ("mock value", ['return {"status": "ok"}  # mock response for now']),
            ]
        )
        after = replace(py.text, host.body[0].lineno, host.body[-1].end_lineno or 0, shifted(rows, pad))
        yield edited(shape, material.path, py.text, after)


@operator("hard-coded-fallback/python", "e-12 s-05", H, files=PY, needs=r"os\.environ|getenv")
def fallback_python(material: Material, draw: Draw) -> Iterator[Case]:
    """What must be configured has a value in the code."""
    variants: list[Variant] = [
        ("getenv", ['secret_key = os.getenv("SECRET_KEY", "change-me")']),
        ("environ.get", ['api_token = os.environ.get("PAYMENTS_API_TOKEN", "dev-token-1234")']),
        ("or", ['db_host = os.environ.get("DATABASE_HOST") or "localhost"']),
        ("multi-line", ["region = os.environ.get(", '    "AWS_REGION",', '    "us-east-1",', ")"]),
        ("url", ['broker = os.getenv("BROKER_URL", "amqp://guest:guest@localhost:5672//")']),
    ]
    safe = {
        "required": ['secret_key = os.environ["SECRET_KEY"]'],
        "harmless default": ['log_level = os.getenv("LOG_LEVEL", "INFO")', 'port = int(os.getenv("PORT", "8080"))'],
    }
    yield from into_python(material, draw, variants, safe=safe, imports=["import os"])


@operator("hard-coded-fallback/typescript", "e-12 s-05", H, files=TS, needs=r"process\.env", standing=True)
def fallback_typescript(material: Material, draw: Draw) -> Iterator[Case]:
    """What must be configured has a value in the code."""
    variants: list[Variant] = [
        ("nullish", ['const apiUrl = process.env.PAYMENTS_URL ?? "http://localhost:3001";']),
        ("or", ["const secret = process.env.JWT_SECRET || 'secret';"]),
        ("index", ['const host = process.env["DB_HOST"] || "localhost";']),
    ]
    safe = {
        "harmless default": [
            'const level = process.env.LOG_LEVEL ?? "info";',
            "const port = Number(process.env.PORT ?? 3000);",
        ]
    }
    yield from into_braces(material, draw, variants, language="ts", safe=safe)


@operator("panic/go", "e-07", H, files=GO, needs=r"^func .*error\)? \{", standing=True, core=False)
def panic_go(material: Material, draw: Draw) -> Iterator[Case]:
    """A request can end the process."""
    variants: list[Variant] = [
        ("panic", ["if len(name) > 64 {", '\tpanic("name too long")', "}"]),
        ("log.Fatal", ["cfg, err := load(path)", "if err != nil {", '\tlog.Fatalf("load: %v", err)', "}"]),
    ]
    safe = {"returned": ["if len(name) > 64 {", '\treturn errors.New("name too long")', "}"]}
    yield from into_braces(material, draw, variants, language="go", safe=safe, among="error")


@operator("status-check-removed/shell-new", "e-08 c-02", H, files=SH, needs=r"^set -", standing=True)
def soft_shell(material: Material, draw: Draw) -> Iterator[Case]:
    """A new command whose failure is ignored."""
    variants: list[Variant] = [
        ("|| true", ["", "./migrate --apply || true"]),
        ("|| :", ["", "kubectl apply -f deploy/ || :"]),
        ("set +e", ["", "set +e", "./migrate --apply"]),
    ]
    safe = {"checked": ["", "if ! ./migrate --apply; then", "  exit 1", "fi"]}
    yield from into_shell(material, draw, variants, safe=safe)
