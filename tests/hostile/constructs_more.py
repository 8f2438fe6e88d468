"""Further constructs in `.git`, thought of from a second side; see `constructs`."""

import os
import struct
import subprocess
import zlib
from hashlib import sha1
from pathlib import Path

from tests.hostile.cases import BAD, BASE
from tests.hostile.constructs import ESCAPES, Place, construct
from tests.hostile.git_parts import TRAILER


def _git(p: Place, *words: str, check: bool = False) -> None:
    options = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")
    subprocess.run(["git", "-C", str(p.hostile.clone), *options, *words], capture_output=True, check=check)


# what would keep git waiting


def _pipe(place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.unlink(missing_ok=True)
    os.mkfifo(place)


@construct(refused=True)
def a_pipe_for_head(p: Place) -> None:
    _pipe(p.git / "HEAD")


@construct(refused=True)
def a_pipe_for_a_branch(p: Place) -> None:
    _pipe(p.git / "refs/heads/h/pipe")


@construct(refused=True)
def a_pipe_for_a_note(p: Place) -> None:
    _pipe(p.git / "refs/notes/reviewconsole/alice/00000000-00000000")


@construct(refused=True)
def a_pipe_for_an_object(p: Place) -> None:
    oid = p.maker.store("blob", BAD)
    _pipe(p.git / "objects" / oid[:2] / oid[2:])


@construct(refused=True)
def a_pipe_for_the_pack(p: Place) -> None:
    _pipe(p.git / "objects/pack" / f"pack-{'c' * 40}.idx")
    (p.git / "objects/pack" / f"pack-{'c' * 40}.pack").write_bytes(b"PACK" + bytes(40))


@construct()
def pipes_that_nobody_reads(p: Place) -> None:
    """In places that need not be read: the work tree, logs, hooks, a merge that is under way."""
    for name in ("MERGE_HEAD", "COMMIT_EDITMSG", "FETCH_HEAD", "hooks/pre-push", "logs/HEAD", "description", "../.mailmap", "../.gitignore",
                 "../.gitattributes", "../pipe"):  # fmt: skip
        _pipe(p.git / name)


@construct(refused=True)
def includes_of_devices(p: Place) -> None:
    for device in ("/dev/stdin", "/dev/fd/0", "/proc/self/fd/0", "/dev/tty", "/dev/zero"):
        p.config(f"[include]\n\tpath = {device}\n")


@construct(refused=True)
def an_include_of_a_pipe(p: Place) -> None:
    _pipe(p.hostile.folder / "elsewhere")
    p.config(f"[include]\n\tpath = {p.hostile.folder / 'elsewhere'}\n")


@construct(refused=True)
def alternates_of_a_pipe(p: Place) -> None:
    far = p.hostile.folder / "far.git"
    subprocess.run(["git", "init", "-q", "--bare", str(far)], check=True)
    _pipe(far / "objects/pack" / f"pack-{'d' * 40}.idx")
    (far / "objects/pack" / f"pack-{'d' * 40}.pack").write_bytes(b"PACK" + bytes(40))
    p.write("objects/info/alternates", f"{far}/objects\n")


# objects that are stored as others


def _pack(p: Place, entries: list[tuple[str, bytes]]) -> None:
    """A pack with an index that names each content by the id given, whatever its own id is."""
    kinds = {"commit": 1, "tree": 2, "blob": 3}
    body, rows = bytearray(b"PACK" + struct.pack(">II", 2, len(entries))), []
    for oid, whole in entries:
        kind, data = whole.split(b" ", 1)[0].decode(), whole.split(b"\0", 1)[1]
        start, size = len(body), len(data)
        first, size = kinds[kind] << 4 | size & 15, size >> 4
        while size:
            body.append(first | 128)
            first, size = size & 127, size >> 7
        body.append(first)
        body += zlib.compress(data)
        rows.append((bytes.fromhex(oid), zlib.crc32(bytes(body[start:])), start))
    body += sha1(body).digest()
    rows.sort()
    index = bytearray(b"\xfftOc" + struct.pack(">I", 2))
    index += b"".join(struct.pack(">I", sum(row[0][0] <= first for row in rows)) for first in range(256))
    index += b"".join(row[0] for row in rows) + b"".join(struct.pack(">I", row[1]) for row in rows)
    index += b"".join(struct.pack(">I", row[2]) for row in rows) + bytes(body[-20:])
    index += sha1(index).digest()
    name = sha1(body).hexdigest()
    p.write(f"objects/pack/pack-{name}.pack", bytes(body))
    p.write(f"objects/pack/pack-{name}.idx", bytes(index))


def _forget(p: Place, oid: str) -> None:
    (p.git / "objects" / oid[:2] / oid[2:]).unlink()


@construct(refused=True)
def a_blob_swapped_in_a_pack(p: Place) -> None:
    oid, harmless = p.maker.store("blob", BAD), BASE[b"app.py"]
    assert isinstance(harmless, bytes)
    _pack(p, [(oid, b"blob 0\0" + harmless)])
    _forget(p, oid)


@construct(refused=True)
def a_tree_swapped_in_a_pack(p: Place) -> None:
    oid, other = p.tree, p.maker.tree({**p.maker.base, b"readme": b"x\n"})
    raw = zlib.decompress((p.git / "objects" / other[:2] / other[2:]).read_bytes())
    _pack(p, [(oid, raw)])
    _forget(p, oid)


@construct(refused=True)
def a_commit_swapped_in_a_pack(p: Place) -> None:
    other = p.maker.commit(p.maker.tree({**p.maker.base, b"readme": b"x\n"}), (p.main,), b"Harmless\n")
    raw = zlib.decompress((p.git / "objects" / other[:2] / other[2:]).read_bytes())
    _pack(p, [(p.evil, raw)])
    _forget(p, p.evil)


@construct()
def swapped_in_a_pack_beside_the_true_one(p: Place) -> None:
    """git looks into packs first: either is taken, and the false one may not be shown."""
    harmless = BASE[b"app.py"]
    assert isinstance(harmless, bytes)
    other = p.maker.store("blob", b"unused\n")
    _pack(p, [(other, b"blob 0\0" + harmless)])


@construct(refused=True)
def a_policy_that_is_swapped(p: Place) -> None:
    policy = p.maker.base[b".reviewconsole"]
    assert isinstance(policy, dict)
    raw = policy[b"policy.toml"]
    assert isinstance(raw, bytes)
    oid = p.maker.store("blob", raw)
    place = p.git / "objects" / oid[:2] / oid[2:]
    lax = raw.replace(b'targets = ["main"]', b'targets = ["none"]')
    place.unlink()
    place.write_bytes(zlib.compress(b"blob %d\0" % len(lax) + lax))


@construct()
def deltas_in_a_circle(p: Place) -> None:
    first, second = "e" * 40, "f" * 40
    body = bytearray(b"PACK" + struct.pack(">II", 2, 2))
    offsets = []
    for base in (second, first):
        offsets.append(len(body))
        body += bytes([7 << 4 | 4]) + bytes.fromhex(base) + zlib.compress(b"\1\1\1x")
    body += sha1(body).digest()
    index = bytearray(b"\xfftOc" + struct.pack(">I", 2))
    index += b"".join(struct.pack(">I", (0xEE <= n) + (0xFF <= n)) for n in range(256))
    index += bytes.fromhex(first) + bytes.fromhex(second) + bytes(8) + struct.pack(">II", *offsets) + bytes(body[-20:])
    index += sha1(index).digest()
    p.write(f"objects/pack/pack-{'9' * 40}.pack", bytes(body))
    p.write(f"objects/pack/pack-{'9' * 40}.idx", bytes(index))
    row = b"100644 x\0" + bytes.fromhex(first)
    p.maker.ref("refs/heads/h/circle", p.commit(p.head(tree=p.maker.store("tree", row))))


@construct()
def tags_in_a_long_chain(p: Place) -> None:
    oid, kind = p.evil, "commit"
    for number in range(2000):
        oid = p.maker.store("tag", f"object {oid}\ntype {kind}\ntag t{number}\n\n{ESCAPES}\n".encode())
        kind = "tag"
    p.maker.ref("refs/heads/h/chain", oid)
    p.maker.ref("refs/tags/chain", oid)


# the index and the work tree


@construct()
def an_index_of_every_extension(p: Place) -> None:
    _git(p, "read-tree", "main")
    _git(p, "checkout", "-f", "main", "--", ".")
    _git(p, "update-index", "--split-index", "--untracked-cache", "--force-untracked-cache")
    _git(p, "update-index", "--assume-unchanged", "app.py")
    _git(p, "update-index", "--skip-worktree", "run.sh")
    p.config(f"[core]\n\tfsmonitor = {p.program('index-fsmonitor')}\n\tsplitIndex = true\n\tuntrackedCache = true\n\tsparseCheckoutCone = true\n"
             f"\tsparseCheckout = true\n\tfsmonitorHookVersion = 2\n[index]\n\tsparse = true\n\tversion = 4\n")  # fmt: skip
    p.write("info/sparse-checkout", "/*\n!/*/\n")
    (p.hostile.clone / "app.py").write_bytes(BAD)


@construct()
def a_repository_inside_the_work_tree(p: Place) -> None:
    inner = p.hostile.clone / "vendor"
    for folder in ("objects", "refs/heads"):
        (inner / folder).mkdir(parents=True)
    (inner / "HEAD").write_text("ref: refs/heads/main\n")
    (inner / "config").write_text(
        f"[core]\n\tbare = true\n\tfsmonitor = {p.program('bare-monitor')}\n\tpager = {p.program('bare-pager')}\n"
        f"[diff]\n\texternal = {p.program('bare-diff')}\n[gpg]\n\tprogram = {p.program('bare-gpg')}\n"
    )
    git_file = p.hostile.clone / "other"
    git_file.mkdir()
    (git_file / ".git").write_text("gitdir: ../vendor\n")


@construct()
def links_for_folders_of_git(p: Place) -> None:
    for name in ("objects", "refs", "info", "logs", "hooks"):
        place, away = p.git / name, p.hostile.folder / f"away-{name}"
        if place.exists():
            place.rename(away)
            place.symlink_to(away)


@construct()
def work_trees_of_strangers(p: Place) -> None:
    for name in ("one", "..", "\x1b]0;PWNED\x07", "-x"):
        place = p.git / "worktrees" / name.replace("..", "dots")
        place.mkdir(parents=True)
        (place / "gitdir").write_text("/etc/passwd\n")
        (place / "commondir").write_text("../../../../..\n")
        (place / "HEAD").write_text("ref: refs/heads/h/evil\n")
        (place / "config.worktree").write_text(f"[core]\n\tfsmonitor = {p.program('stranger')}\n")


# configuration


@construct(refused=True)
def a_configuration_of_odd_bytes(p: Place) -> None:
    with (p.git / "config").open("ab") as config:
        config.write(b'\xef\xbb\xbf[core]\r\n\tx = "a\\\n b"\r\n[a "\x1b]0;PWNED\x07"]\n\ty = \xff\x9b31337m\n\0[b]\n')


@construct()
def values_without_an_end(p: Place) -> None:
    p.config(
        "[user]\n\temail = "
        + "m" * 3_000_000
        + "@x.org\n\tname = "
        + ESCAPES
        + '\n[remote "'
        + "r" * 100_000
        + '"]\n\tfetch = x\n'
    )


@construct()
def people_by_mailmap(p: Place) -> None:
    text = f"alice <alice@example.com> <mallory@example.com>\n{ESCAPES} <x\x1b[2J@x.org> <mallory@example.com>\n"
    p.write("../.mailmap", text)
    p.config(f"[mailmap]\n\tfile = {p.write('mailmap', text)}\n\tblob = h/evil:.mailmap\n[log]\n\tmailmap = true\n")


@construct()
def settings_of_ours_in_the_repository(p: Place) -> None:
    p.config(
        f"[reviewconsole]\n\tsigner = {p.program('our-signer')}\n\teditor = {p.program('our-editor')}\n\ttheme = {ESCAPES}\n\tintroduction =\n"
        f"\tkey = /etc/passwd\n\tremote = ext::sh -c {p.program('our-remote')}\n[core]\n\teditor = {p.program('our-core-editor')}\n"
        f"[trace2]\n\teventTarget = {p.hostile.folder}/fired/trace\n\tnormalTarget = {p.hostile.folder}/fired/trace2\n\tperfTarget = 1\n"
    )
    for name in (
        ".reviewconsole/config.toml",
        ".config/reviewconsole/config.toml",
        "sitecustomize.py",
        "reviewconsole.py",
        "git.py",
        "textual.py",
    ):
        p.write(f"../{name}", f"import os; os.system('{p.program('import')}')\n")


@construct()
def environment_by_files(p: Place) -> None:
    """What shells, editors and other tools pick up from a folder that one stands in."""
    run = p.program("by-folder")
    for name, text in {
        ".envrc": run, ".python-version": "PWNED", ".tool-versions": "python PWNED", "pyproject.toml": "[tool]\n", "setup.cfg": "[x]\n", "pytest.ini": "[pytest]\n",
        ".lesskey": run, ".inputrc": run, ".editorconfig": "root=true\n", "conftest.py": "raise SystemExit\n", "textual.css": "* {}\n", ".env": "TEXTUAL_LOG=/tmp/x\nPYTHONSTARTUP=x\n",
    }.items():  # fmt: skip
        p.write(f"../{name}", text)


# notes and refs in great number


@construct()
def many_logs_of_nobody(p: Place) -> None:
    note = p.commit(p.head(tree=p.maker.tree({p.evil.encode(): b"{}\n"}), parents=()))
    rows = [b"# pack-refs with: peeled fully-peeled sorted \n"]
    rows += [f"{note} refs/notes/reviewconsole/n{n:05}/00000000-00000000\n".encode() for n in range(5000)]
    p.write("packed-refs", b"".join(rows))


@construct()
def notes_of_any_bytes(p: Place) -> None:
    line = b'{"payloadType":"application/vnd.in-toto+json","payload":"%b","signatures":[{"keyid":"\x1b]0;PWNED\x07","sig":"x"}]}\n'
    notes = {
        p.evil.encode(): bytes(range(256)) * 100 + b"\n" + line % b"e30=" + b"[" * 100_000 + b"\n" + line % (b"A" * 100_000),
        p.main.encode(): b"\n" * 100_000, b"x" * 40: b"1", b"ab": {b"cd" * 19: b"2", b"..": b"3"},
    }  # fmt: skip
    commit = p.commit(p.head(tree=p.maker.tree(notes), parents=()))
    for name in (
        "reviewconsole/alice/00000000-00000000",
        "reviewconsole-ci/00000000",
        "reviewconsole-claims/alice/00000000-00000000",
        "ai",
        "git-ai",
        "agent-trace",
    ):
        p.maker.ref(f"refs/notes/{name}", commit)


@construct()
def refs_that_stand_for_others(p: Place) -> None:
    """Names that a short name could be taken for; the branch stays the one that is meant."""
    other = p.commit(
        p.head(tree=p.maker.tree({**p.maker.base, b"readme": b"x\n"}), message=b"readme\n\n" + TRAILER.encode() + b"\n")
    )
    for name in (
        "refs/h/evil",
        "refs/tags/h/evil",
        "refs/remotes/h/evil/HEAD",
        "refs/heads/heads/h/evil",
        "refs/heads/refs/heads/h/evil",
        "h/evil",
    ):
        p.maker.ref(name, other)
