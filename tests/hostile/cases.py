"""The cases: each a branch of one repository, with the words that must be seen of it.

A case is hostile because plain git, a terminal or a reviewer's eye would miss something of it. `shown`
are texts that the plain review (`inspect`) must hold, in their visible form.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.hostile.git_parts import IDENTITY, TRAILER, Maker, Tree

MARK = b"PWNED"
"""Stands in every payload that acts on a terminal, so that a raw one can be told in a terminal's stream."""
BASE: Tree = {
    b"app.py": b"def pay(amount):\n    return charge(amount)\n",
    b"run.sh": b"#!/bin/sh\necho start\n",
    b"link": ("120000", b"app.py"),
    b"sub": ("160000", b"1" * 40),
    b"data.bin": b"\0\1\2old",
    b"notes.txt": b"".join(b"line %d\n" % number for number in range(1, 41)),
    b"caf\xc3\xa9.txt": b"nfc\n",
}


@dataclass(frozen=True, kw_only=True)
class Case:
    """One branch: what to put there, and what must be seen."""

    name: str
    build: Callable[[Maker, str], str]
    """Takes the maker and the id of main's commit, gives the head."""
    shown: tuple[str, ...]
    ref: bytes = b""
    """Another ref than refs/heads/h/<name>."""


def _case(name: str, changes: Tree, *shown: str, **more: bytes) -> Case:
    """A commit on main with some files put (None-like deletion is not needed here)."""

    def build(maker: Maker, main: str) -> str:
        message = more.get("message", b"Change " + name.encode() + b"\n\n" + TRAILER.encode() + b"\n")
        return maker.commit(maker.tree({**maker.base, **changes}), (main,), message, head=more.get("head", b""))

    return Case(name=name, build=build, shown=shown, ref=more.get("ref", b""))


def _without(name: str, gone: bytes, changes: Tree, *shown: str) -> Case:
    def build(maker: Maker, main: str) -> str:
        tree = {path: what for path, what in {**maker.base, **changes}.items() if path != gone}
        return maker.commit(maker.tree(tree), (main,), name.encode() + b"\n\n" + TRAILER.encode() + b"\n")

    return Case(name=name, build=build, shown=shown)


BAD = b"def pay(amount):\n    return steal(amount)\n"


def attributes() -> Iterator[Case]:
    """What .gitattributes makes plain git hide or run."""
    for word in (b"-diff", b"binary", b"diff=pwn", b"filter=pwn", b"-text", b"text eol=crlf", b"ident"):
        name = "attr-" + word.decode().replace("=", "-").replace(" ", "-")
        yield _case(
            name, {b".gitattributes": b"*.py " + word + b"\n", b"app.py": BAD}, "steal(amount)", ".gitattributes"
        )
    for word in (
        b"working-tree-encoding=UTF-16",
        b"export-ignore",
        b"linguist-generated=true",
        b"merge=pwn",
        b"whitespace=-all",
    ):
        name = "attr-" + word.decode().replace("=", "-")
        yield _case(name, {b".gitattributes": b"app.py " + word + b"\n", b"app.py": BAD}, "steal(amount)")
    yield _case("attr-in-folder", {b"d": {b".gitattributes": b"* -diff\n", b"x.py": b"evil()\n"}}, "evil()")
    yield _case(
        "attr-macro", {b".gitattributes": b"[attr]hide -diff -text\n*.py hide\n", b"app.py": BAD}, "steal(amount)"
    )


def encodings() -> Iterator[Case]:
    """Bytes that are not the UTF-8 text one expects."""
    text = "evil = 1\n"
    yield _case("enc-utf16-bom", {b"u.py": b"\xff\xfe" + text.encode("utf-16-le")}, "u.py")
    yield _case("enc-utf16-be", {b"u.py": text.encode("utf-16-be")}, "u.py")
    yield _case("enc-utf32", {b"u.py": text.encode("utf-32")}, "u.py")
    yield _case("enc-nul-late", {b"n.py": b"# " + b"x" * 9000 + b"\nevil()\n\0\n"}, "n.py")
    yield _case("enc-nul-early", {b"n.py": b"\0\nevil()\n"}, "n.py")
    yield _case("enc-latin1", {b"l.py": b"name = 'caf\xe9'\n"}, "caf\\xe9")
    yield _case("enc-overlong", {b"o.py": b"a = '\xc0\xaf'\n"}, "\\xc0\\xaf")
    yield _case("enc-bom", {b"b.py": b"\xef\xbb\xbfevil()\n"}, "<U+FEFF>evil()")
    yield _case("enc-cr-only", {b"c.py": b"one()\rtwo()\r"}, "one()\\x0dtwo()")
    yield _case("enc-mixed-eol", {b"c.py": b"one()\r\ntwo()\n"}, "one()\\x0d")
    yield _case("enc-form-feed", {b"c.py": b"one()\x0c\x0btwo()\n"}, "one()\\x0c\\x0btwo()")
    yield _case(
        "enc-line-separator",
        {b"c.py": "# hi\u2028evil()\u2029x\u0085y\n".encode()},
        "# hi<U+2028>evil()<U+2029>x<U+0085>y",
    )
    yield _case("enc-surrogate-bytes", {b"s.py": b"a = '\xed\xa0\x80'\n"}, "\\xed\\xa0\\x80")
    yield _case("eol-flip", {b"notes.txt": BASE[b"notes.txt"].replace(b"\n", b"\r\n")}, "line 40\\x0d")  # type: ignore[union-attr,operator]
    yield _case(
        "ws-only", {b"app.py": b"def pay(amount):\n        return charge(amount)\n"}, "        return charge(amount)"
    )
    yield _case("eof-newline", {b"run.sh": b"#!/bin/sh\necho start"}, "No newline at end of file")


def terminal() -> Iterator[Case]:
    """Text that acts on a terminal or a widget."""
    payloads = {
        "ansi-clear": b"\x1b[2J\x1b[H\x1b[31337m" + MARK,
        "osc-title": b"\x1b]0;" + MARK + b"\x07",
        "osc-clipboard": b"\x1b]52;c;" + MARK + b"\x07",
        "osc-link": b"\x1b]8;;https://example.com/" + MARK + b"\x1b\\x\x1b]8;;\x1b\\",
        "dcs": b"\x1bP$q" + MARK + b"\x1b\\",
        "c1-csi": "\x9b31337m".encode() + MARK,
        "c1-osc": "\x9d0;".encode() + MARK + "\x9c".encode(),
        "backspace": MARK + b"\x08\x08\x08\x08\x08clean",
        "bell": b"\x07" + MARK,
        "shift-out": b"\x0e" + MARK,
        "delete": b"\x7f" + MARK,
        "carriage": b"evil()\r" + MARK,
        "apc": b"\x1b_" + MARK + b"\x1b\\",
        "kitty": b"\x1b_Gi=1;" + MARK + b"\x1b\\",
        "mouse": b"\x1b[?1003h" + MARK,
        "alternate": b"\x1b[?1049l" + MARK,
    }
    for name, payload in payloads.items():
        yield _case(f"txt-{name}", {b"t.py": b"# " + payload + b"\nevil()\n"}, "evil()", "PWNED")
        yield _case(f"path-{name}", {b"p-" + payload.replace(b"/", b"_") + b".py": b"evil()\n"}, "evil()", "PWNED")
        yield _case(
            f"commit-{name}",
            {b"app.py": BAD},
            "PWNED",
            message=b"Title " + payload + b"\n\n" + TRAILER.encode() + b"\n",
        )
    yield _case(
        "author-ansi",
        {b"app.py": BAD},
        "steal(amount)",
        head=b"author M\x1b[2J"
        + MARK
        + b" <m\x1b]0;"
        + MARK
        + b"\x07@example.com> 1760000000 +0000\ncommitter "
        + IDENTITY.encode(),
    )
    markup = b"[@click=app.quit]PWNED[/] [/nope] [bold]x [link=file:///etc]y"
    yield _case("markup-text", {b"m.py": markup + b"\n"}, markup.decode())
    yield _case("markup-path", {b"[@click=app.quit]PWNED[": {b"] [nope].py": b"evil()\n"}}, "[@click=app.quit]PWNED[")
    yield _case("markup-title", {b"app.py": BAD}, "[/nope]", message=markup + b"\n\n" + TRAILER.encode() + b"\n")


def unseen() -> Iterator[Case]:
    """Characters that cannot be seen, or look like others."""
    chars = {
        "rlo": "\u202e", "isolate": "\u2066", "alm": "\u061c", "zwsp": "\u200b", "zwj": "\u200d", "zwnj": "\u200c",
        "word-joiner": "\u2060", "vs1": "\ufe00", "vs17": "\U000e0100", "tag": "\U000e0041", "hangul": "\u3164",
        "half-hangul": "\uffa0", "braille": "\u2800", "nbsp": "\u00a0", "soft-hyphen": "\u00ad", "cgj": "\u034f",
        "mongolian": "\u180e", "interlinear": "\ufff9", "musical": "\U0001d173", "private": "\ue000", "thin": "\u2009",
        "ideographic": "\u3000", "khmer": "\u17b4", "unassigned": "\U000e0fff",
    }  # fmt: skip
    for name, char in chars.items():
        shown = f"<U+{ord(char):04X}>"
        yield _case(f"uni-{name}", {b"u.py": f"if admin{char}:\n    evil()\n".encode()}, shown)
    yield _case("uni-path-rlo", {"a\u202egnp.py".encode(): b"evil()\n"}, "<U+202E>")
    yield _case("uni-path-zwsp", {"a\u200b.py".encode(): b"evil()\n"}, "<U+200B>")
    yield _case("uni-path-homoglyph", {"p\u0430y.py".encode(): b"evil()\n"}, "look alike")
    yield _case("uni-homoglyph", {b"h.py": "def p\u0430y():\n    evil()\n".encode()}, "evil()")
    yield _case("uni-zalgo", {b"z.py": ("z" + "\u0301" * 200 + "\n").encode()}, "z.py")
    yield _case("uni-emoji", {b"e.py": "x = '👩‍👩‍👧‍👦'\n".encode()}, "<U+200D>")
    yield _case("uni-wide", {b"w.py": ("宽" * 200 + "evil()\n").encode()}, "evil()")
    yield _case(
        "uni-trojan", {b"t.py": "if level != 'user\u202e \u2066# admins only\u2069 \u2066':\n".encode()}, "<U+2066>"
    )


def paths() -> Iterator[Case]:
    """Names that mislead git, a parser or a shell."""
    names = {
        "dash": b"--output=x", "magic": b":(top)x", "exclude": b":!x", "quote": b'a"b', "newline": b"a\nb", "tab": b"a\tb",
        "space-b": b"x b", "backslash": b"a\\b", "glob": b"*?[x]", "latin1": b"\xff\xfe", "cr": b"a\rb", "dot-git": b".GIT",
        "trailing-space": b"a ", "trailing-dot": b"a.", "con": b"CON", "tilde": b"git~1", "percent": b"%2e%2e", "equals": b"a=b",
        "arrow": b"a => b", "brace": b"{a => b}", "dev-null": b"dev/null"[4:], "devnull-name": b"null", "hash": b"#x",
        "dollar": b"$(touch x)", "backtick": b"`touch x`", "semicolon": b";touch x", "hunk": b"@@ -1 +1 @@",
    }  # fmt: skip
    for name, raw in names.items():
        yield _case(
            f"path-{name}", {raw: b"evil_%s()\n" % name.replace("-", "_").encode()}, f"evil_{name.replace('-', '_')}()"
        )
    yield _case("path-space-b-folder", {b"x b": {b"y": b"evil()\n"}}, "x b/y", "evil()")
    yield _case("path-a-prefix", {b"a": {b"b": {b"x": b"evil()\n"}}}, "a/b/x")
    yield _case("path-long", {b"n" * 250: b"evil()\n"}, "evil()")
    deep: Tree = {b"x": b"evil()\n"}
    for _ in range(120):
        deep = {b"d": deep}
    yield _case("path-deep", deep, "evil()")
    yield _case("case-collide", {b"APP.py": BAD}, "APP.py", "steal(amount)")
    yield _case("nfd-collide", {b"cafe\xcc\x81.txt": b"evil()\n"}, "evil()")
    yield _case(
        "path-dotgit-hooks",
        {b".git": {b"hooks": {b"post-checkout": ("100755", b"evil()\n")}}},
        ".git/hooks/post-checkout",
    )
    yield _case("path-dotdot", {b"..": {b"x": b"evil()\n"}}, "../x")
    yield _case("path-codeowners", {b"CODEOWNERS": b"* @mallory\n"}, "@mallory")
    yield _case("policy-self", {b".reviewconsole": {b"policy.toml": b"version = 1\n"}}, ".reviewconsole/policy.toml")
    yield _case("ci-self", {b".github": {b"workflows": {b"x.yml": b"on: push\n"}}}, ".github/workflows/x.yml")


def modes() -> Iterator[Case]:
    """Modes, links, submodules, types."""
    script = BASE[b"run.sh"]
    assert isinstance(script, bytes)
    yield _case("mode-exec", {b"run.sh": ("100755", script)}, "run.sh", "100755")
    yield _case("mode-odd", {b"odd": ("100664", b"evil()\n")}, "odd")
    yield _case("symlink-retarget", {b"link": ("120000", b"/etc/passwd")}, "/etc/passwd")
    yield _case("symlink-out", {b"out": ("120000", b"../../secret")}, "../../secret")
    yield _case("symlink-dotgit", {b"out": ("120000", b".git/hooks")}, ".git/hooks")
    yield _case("symlink-ansi", {b"out": ("120000", b"\x1b]0;PWNED\x07")}, "PWNED")
    yield _case("type-file-to-link", {b"run.sh": ("120000", b"app.py")}, "run.sh", "120000")
    yield _case("type-link-to-file", {b"link": b"evil()\n"}, "link", "100644")
    yield _case("type-file-to-sub", {b"run.sh": ("160000", b"2" * 40)}, "run.sh", "2" * 12)
    yield _case("type-file-to-folder", {b"run.sh": {b"x": b"evil()\n"}}, "run.sh/x", "evil()")
    yield _case("submodule-add", {b"more": ("160000", b"3" * 40)}, "more", "3" * 12)
    yield _case("submodule-bump", {b"sub": ("160000", b"4" * 40)}, "sub", "4" * 12)
    ignore = b'[submodule "sub"]\n\tpath = sub\n\turl = https://example.com/x\n\tignore = all\n'
    yield _case("submodule-ignore-all", {b".gitmodules": ignore, b"sub": ("160000", b"5" * 40)}, "sub", "5" * 12)
    yield _case(
        "submodule-command",
        {b".gitmodules": ignore.replace(b"ignore = all", b"update = !touch x")},
        "update = !touch x",
    )
    yield _case(
        "submodule-ext-url", {b".gitmodules": ignore.replace(b"https://example.com/x", b"ext::sh -c evil")}, "ext::sh"
    )
    yield _without("submodule-gone", b"sub", {}, "sub")
    yield _case("binary-change", {b"data.bin": b"\0\1\2new"}, "data.bin")
    yield _case("binary-new", {b"new.bin": bytes(range(256))}, "new.bin")
    yield _case("text-to-binary", {b"app.py": b"\0" + BAD}, "app.py")
    yield _case("binary-to-text", {b"data.bin": b"evil()\n"}, "data.bin")
    yield _without("deleted", b"app.py", {}, "app.py", "charge(amount)")
    yield _without("rename-edit", b"app.py", {b"lib.py": BAD}, "steal(amount)", "lib.py", "app.py")
    yield _case("copy-edit", {b"lib.py": BAD}, "steal(amount)")
    yield _case("empty-file", {b"empty": b""}, "empty")


def shapes() -> Iterator[Case]:
    """Sizes and places where the eye does not go."""
    wide = b"x = 1" + b" " * 5000 + b"; evil()\n"
    yield _case("offscreen-right", {b"w.py": wide}, "; evil()")
    yield _case("offscreen-down", {b"d.py": b"\n" * 3000 + b"evil()\n"}, "evil()")
    yield _case("long-line", {b"l.js": b"var a=" + b"1+" * 20000 + b"evil();\n"}, "evil();")
    yield _case("minified", {b"dist/a.min.js"[5:]: b"!function(){" + b"a();" * 50000 + b"}()\n"}, "a.min.js")
    yield _case("large-hunk", {b"h.py": b"".join(b"a%d = 1\n" % n for n in range(5000)) + b"evil()\n"}, "evil()")
    yield _case("many-files", {b"many": {b"f%d" % n: b"%d\n" % n for n in range(600)}}, "many/f599")
    yield _case("big-blob", {b"big.txt": (b"0" * 99 + b"\n") * 40_000}, "big.txt")
    yield _case(
        "fake-diff", {b"f.py": b"diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-evil()\n"}, "diff --git a/x b/x"
    )
    yield _case("fake-no-newline", {b"f.py": b"\\ No newline at end of file\nevil()\n"}, "evil()")
    yield _case("fake-dashes", {b"f.sql": b"-- a/x\n++ b/x\n"}, "-- a/x", "++ b/x")
    yield _case("fake-approval", {b"f.txt": "✓ satisfied: approved by alice\n".encode()}, "approved by alice")
    yield _case("regex-bomb", {b"r.py": b"x = '" + b"\n \t" * 7000 + b"'\n"}, "r.py")
    yield _case(
        "yaml-bomb",
        {b"y.yml": b"a: &a [x,x]\n" + b"".join(b"b%d: &b%d [*a,*a]\n" % (n, n) for n in range(50))},
        "y.yml",
    )
    yield _case("json-deep", {b"j.json": b"[" * 30000 + b"]" * 30000 + b"\n"}, "j.json")
    yield _case("broken-python", {b"b.py": b"def (:\n    evil()\n\x00"[:-1]}, "evil()")
    yield _case("broken-yaml", {b"k.yaml": b"apiVersion: v1\n\tkind: {{ x }\n"}, "{{ x }")


def _history(name: str, build: Callable[[Maker, str], str], *shown: str) -> Case:
    return Case(name=name, build=build, shown=shown)


def _commit(maker: Maker, changes: Tree, *parents: str, message: bytes = b"", head: bytes = b"") -> str:
    text = message or b"Change\n\n" + TRAILER.encode() + b"\n"
    return maker.commit(maker.tree({**maker.base, **changes}), parents, text, head=head)


def history() -> Iterator[Case]:
    """Graphs and commit headers."""

    def evil_merge(maker: Maker, main: str) -> str:
        left = _commit(maker, {b"l.py": b"l()\n"}, main)
        right = _commit(maker, {b"r.py": b"r()\n"}, main)
        return _commit(maker, {b"l.py": b"l()\n", b"r.py": b"r()\n", b"e.py": b"evil()\n"}, left, right)

    def octopus(maker: Maker, main: str) -> str:
        tips = [_commit(maker, {b"o%d.py" % n: b"o%d()\n" % n}, main) for n in range(3)]
        return _commit(maker, {b"o%d.py" % n: b"o%d()\n" % n for n in range(3)} | {b"e.py": b"evil()\n"}, *tips)

    def orphan(maker: Maker, _main: str) -> str:
        return maker.commit(maker.tree({b"app.py": BAD}), (), b"Orphan\n\n" + TRAILER.encode() + b"\n")

    def reverted(maker: Maker, main: str) -> str:
        return _commit(maker, {}, _commit(maker, {b"s.key": b"secret\n"}, main))

    def dropped(maker: Maker, main: str) -> str:
        fix = _commit(maker, {b"app.py": b"def pay(amount):\n    check(amount)\n"}, main)
        return _commit(maker, {b"l.py": b"evil()\n"}, _commit(maker, {b"l.py": b"l()\n"}, main), fix)

    yield _history("evil-merge-add", evil_merge, "evil()")
    yield _history("evil-merge-drop", dropped, "evil()")
    yield _history("octopus", octopus, "evil()")
    yield _history("orphan", orphan, "steal(amount)")
    yield _history("add-then-revert", reverted, "1 file that came and went (s.key in ")
    heads = {
        "dates-ancient": b"author M <m@example.com> 0 +0000\ncommitter M <m@example.com> -1 +9999",
        "dates-future": b"author M <m@example.com> 99999999999 -9999\ncommitter M <m@example.com> 99999999999999999999 +0000",
        "author-empty": b"author  <> 1760000000 +0000\ncommitter  <> 1760000000 +0000",
        "author-two": b"author A <a@x.org> 1760000000 +0000\nauthor B <b@x.org> 1760000000 +0000\ncommitter "
        + IDENTITY.encode(),
        "author-none": b"committer " + IDENTITY.encode(),
        "author-broken": b"author no mail at all\ncommitter " + IDENTITY.encode(),
        "encoding-utf16": f"author {IDENTITY}\ncommitter {IDENTITY}\nencoding UTF-16".encode(),
        "encoding-unknown": f"author {IDENTITY}\ncommitter {IDENTITY}\nencoding x-evil".encode(),
        "gpgsig-fake": f"author {IDENTITY}\ncommitter {IDENTITY}\ngpgsig -----BEGIN SSH SIGNATURE-----\n AAAA\n -----END SSH SIGNATURE-----".encode(),
        "header-unknown": f"author {IDENTITY}\ncommitter {IDENTITY}\nx-evil yes".encode(),
    }
    for name, head in heads.items():
        yield _case(f"commit-{name}", {b"app.py": BAD}, "steal(amount)", head=head)
    messages = {
        "empty": b"",
        "nul": b"Title\0hidden\n\nbody\n",
        "latin1": b"Caf\xe9\n",
        "huge": b"Title\n\n" + b"x" * 200_000 + b"\n",
        "trailers-forged": b"Title\n\nReviewed-by: alice <alice@example.com>\nSigned-off-by: alice\nApproved: yes\n"
        + TRAILER.encode()
        + b"\n",
        "fake-lines": b"Title\n\n\xe2\x9c\x93 satisfied\n  approved by alice\n" + TRAILER.encode() + b"\n",
    }
    for name, message in messages.items():
        yield _case(f"commit-message-{name}", {b"app.py": BAD}, "steal(amount)", message=message)


def ref_names() -> Iterator[Case]:
    """Refs whose names could be options, shadows or escapes."""
    names = {
        "dash": b"--output=x", "x": b"-x", "backtick": b"`id`", "dollar": b"$(id)", "quote": b"a'b\"c",
        "rlo": "a\u202eb".encode(), "bytes": b"\xff", "hex40": b"a" * 40, "nested": b"refs/heads/main", "head": b"HEAD",
        "long": b"n" * 200, "at": b"@x", "markup": b"](@click=app.quit)PWNED", "pipe": b"a|b", "percent": b"%s%n",
        "semicolon": b"a;b", "hash": b"#1", "fetch-head": b"FETCH_HEAD",
    }  # fmt: skip
    for name, raw in names.items():
        yield _case(f"ref-{name}", {b"app.py": BAD, b"r.txt": name.encode()}, "steal(amount)", ref=b"refs/heads/" + raw)


CASES: tuple[Case, ...] = tuple(
    case
    for group in (attributes, encodings, terminal, unseen, paths, modes, shapes, history, ref_names)
    for case in group()
)
