"""What somebody may have written into `.git`, or pushed as objects and refs, besides the cases: one function each.

Each takes the repository with its branch h/evil, and `program`, which makes a program that leaves a mark when it
runs. What is true of them all: nothing runs, nothing hangs, nothing acts on the terminal, no traceback, and the
content of h/evil is shown as it is or refused with a reason.
"""

import os
import struct
import subprocess
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.hostile.builder import Hostile
from tests.hostile.cases import BAD
from tests.hostile.git_parts import IDENTITY, TRAILER, Maker

Program = Callable[[str], str]
ESCAPES = "\x1b]0;PWNED\x07\x1b[31337mPWNED"


@dataclass(frozen=True)
class Place:
    """The repository that a construct spoils."""

    hostile: Hostile
    maker: Maker
    program: Program

    @property
    def git(self) -> Path:
        return self.hostile.clone / ".git"

    @property
    def evil(self) -> str:
        return self.hostile.heads["evil"]

    def config(self, text: str) -> None:
        with (self.git / "config").open("a", encoding="utf-8", errors="surrogateescape") as file:
            file.write("\n" + text)

    def remote(self, name: str = "origin") -> None:
        """A branch of a remote, so that the target is there."""
        self.maker.ref(f"refs/remotes/{name}/main", self.main)

    def write(self, name: str, data: bytes | str) -> Path:
        path = self.git / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return path

    def commit(self, raw: bytes) -> str:
        return self.maker.store("commit", raw)

    @property
    def tree(self) -> str:
        return self.maker.tree({**self.maker.base, b"app.py": BAD})

    @property
    def main(self) -> str:
        return (self.git / "refs/heads/main").read_text().strip()

    def head(self, *, tree: str = "", parents: tuple[str, ...] | None = None, message: bytes = b"") -> bytes:
        parents = (self.main,) if parents is None else parents
        rows = [f"tree {tree or self.tree}", *(f"parent {p}" for p in parents)]
        rows += [f"author {IDENTITY}", f"committer {IDENTITY}", "", ""]
        return "\n".join(rows).encode() + (message or b"Change\n\n" + TRAILER.encode() + b"\n")


CONSTRUCTS: dict[str, Callable[[Place], None]] = {}
REFUSED: set[str] = set()
"""Those after which h/evil need not be shown: a reason is given instead."""


def construct(*, refused: bool = False) -> Callable[[Callable[[Place], None]], Callable[[Place], None]]:
    def add(function: Callable[[Place], None]) -> Callable[[Place], None]:
        name = function.__name__.replace("_", "-")
        CONSTRUCTS[name] = function
        if refused:
            REFUSED.add(name)
        return function

    return add


# configuration that runs programs


@construct()
def include_hooks_path(p: Place) -> None:
    hooks = p.git / "more"
    hooks.mkdir()
    for name in ("reference-transaction", "pre-push", "post-index-change", "fsmonitor-watchman", "pre-auto-gc"):
        place = hooks / name
        place.write_bytes(Path(p.program(f"inc-{name}")).read_bytes())
        place.chmod(0o755)
    p.write("evil.inc", f"[core]\n\thooksPath = {hooks}\n\tfsmonitor = {p.program('inc-fsmonitor')}\n")
    p.config("[include]\n\tpath = evil.inc\n\tpath = /no/such/file\n\tpath = ~nobody/x\n")


@construct()
def include_if(p: Place) -> None:
    for number, condition in enumerate(("gitdir:/**", "gitdir/i:**", "onbranch:**", "hasconfig:remote.*.url:**")):
        p.write(
            f"if{number}.inc",
            f"[diff]\n\texternal = {p.program(f'if-diff-{number}')}\n[core]\n\tfsmonitor = {p.program(f'if-mon-{number}')}\n"
            f"\tsshCommand = {p.program(f'if-ssh-{number}')}\n\tpager = {p.program(f'if-pager-{number}')}\n",
        )
        p.config(f'[includeIf "{condition}"]\n\tpath = if{number}.inc\n')


@construct(refused=True)
def include_itself(p: Place) -> None:
    p.config("[include]\n\tpath = config\n")


@construct()
def worktree_config(p: Place) -> None:
    p.config("[extensions]\n\tworktreeConfig = true\n")
    p.write(
        "config.worktree",
        f"[core]\n\tfsmonitor = {p.program('wt-fsmonitor')}\n\thooksPath = {p.git}/more\n"
        f'[diff]\n\texternal = {p.program("wt-diff")}\n[gpg "ssh"]\n\tprogram = {p.program("wt-gpg")}\n'
        f"[user]\n\tsigningkey = key::ssh-ed25519 AAAA\n[gpg]\n\tprogram = {p.program('wt-gpg-program')}\n",
    )


@construct()
def filters_named_by_the_content(p: Place) -> None:
    p.config(
        f'[filter "z"]\n\tclean = {p.program("z-clean")}\n\tsmudge = {p.program("z-smudge")}\n\tprocess = {p.program("z-process")}\n'
        f'[diff "z"]\n\tcommand = {p.program("z-diff")}\n\ttextconv = {p.program("z-textconv")}\n'
        f'[merge "z"]\n\tdriver = {p.program("z-merge")} %A\n\trecursive = z\n[merge]\n\tdefault = z\n'
    )
    p.write("../.gitattributes", "* diff=z filter=z merge=z\n")
    p.write("info/attributes", "[attr]binary diff=z\n* diff=z filter=z merge=z ident\n")


@construct()
def addresses_that_run(p: Place) -> None:
    run = p.program("url-run")
    p.remote()
    p.config(
        f'[protocol]\n\tallow = always\n[protocol "ext"]\n\tallow = always\n'
        f'[remote "origin"]\n\turl = ext::sh -c {run}\n\tpushurl = ext::sh -c {run}\n\tfetch = +refs/*:refs/*\n'
        f'[remote "dash"]\n\turl = --upload-pack={run}\n[remote "proxy"]\n\turl = ssh://-oProxyCommand={run}/x\n'
        f'[remote "scp"]\n\turl = -oProxyCommand={run}:x\n[remote "fd"]\n\turl = fd::17/x\n'
        f'[url "ext::sh -c {run} "]\n\tinsteadOf = https://\n\tpushInsteadOf = ssh://\n'
        f'[remote]\n\tpushDefault = dash\n[branch "main"]\n\tremote = ext::sh -c {run}\n\tmerge = refs/heads/main\n'
    )


@construct()
def promisor_that_runs(p: Place) -> None:
    run = p.program("promisor")
    p.remote("far")
    p.config(
        f'[extensions]\n\tpartialClone = far\n[remote "far"]\n\turl = ext::sh -c {run}\n\tpromisor = true\n'
        f'\tpartialclonefilter = blob:none\n\tuploadpack = {p.program("promisor-pack")}\n[protocol "ext"]\n\tallow = always\n'
    )
    other = p.commit(p.head(tree=p.maker.tree({**p.maker.base, b"gone.py": b"gone()\n"}), message=b"Lacks a blob\n"))
    blob = p.maker.store("blob", b"gone()\n")
    (p.git / "objects" / blob[:2] / blob[2:]).unlink()
    p.maker.ref("refs/heads/h/lacking", other)


@construct()
def credentials_and_proxies(p: Place) -> None:
    p.remote()
    p.config(
        f'[credential]\n\thelper =\n\thelper = !{p.program("cred-1")}\n[credential "https://127.0.0.1:1"]\n\thelper = {p.program("cred-2")}\n'
        f"[core]\n\taskPass = {p.program('askpass-2')}\n\tgitProxy = {p.program('proxy-2')}\n\teditor = {p.program('editor-2')}\n"
        f"[http]\n\tproxy = http://127.0.0.1:1\n\tsslCAInfo = /no\n\tcookieFile = /no\n\tsslVerify = false\n"
        f'[remote "origin"]\n\turl = https://127.0.0.1:1/x.git\n\tproxy = http://127.0.0.1:1\n'
    )


@construct()
def submodules_with_names_of_paths(p: Place) -> None:
    p.config(
        f'[submodule "../../x"]\n\tupdate = !{p.program("sub-update")}\n\turl = ext::sh -c {p.program("sub-url")}\n'
    )
    p.write(
        "../.gitmodules",
        f'[submodule "../../x"]\n\tpath = sub\n\turl = ext::sh -c id\n\tupdate = !{p.program("sub-modules")}\n'
        '[submodule "-x"]\n\tpath = -x\n\turl = -u./x\n\tfetchRecurseSubmodules = true\n',
    )
    module = p.git / "modules" / "sub"
    subprocess.run(["git", "init", "-q", "--bare", str(module)], check=True)
    (module / "config").write_text(
        f"[core]\n\tfsmonitor = {p.program('sub-mon')}\n\tworktree = ../../../sub\n\tbare = false\n"
    )
    sub = p.hostile.clone / "sub"
    sub.mkdir(exist_ok=True)
    (sub / ".git").write_text("gitdir: ../.git/modules/sub\n")


@construct()
def programs_of_every_other_key(p: Place) -> None:
    keys = {
        "core.alternateRefsCommand": "", "gpg.program": "", "gpg.ssh.program": "", "gpg.x509.program": "",
        "gpg.openpgp.program": "", "gpg.ssh.defaultKeyCommand": "", "uploadpack.packObjectsHook": "",
        "gc.recentObjectsHook": "", "sendemail.tocmd": "", "sendemail.sendmailCmd": "", "web.browser": "",
        "browser.web.cmd": "", "instaweb.httpd": "", "help.browser": "", "guitool.x.cmd": "", "rebase.instructionFormat": "",
        "receive.procReceiveRefs": "refs", "remote.origin.receivepack": "", "remote.origin.uploadpack": "", "tar.x.command": "",
        "man.x.cmd": "", "pager.config": "", "pager.for-each-ref": "", "pager.diff-tree": "", "pager.cat-file": "", "pager.rev-list": "",
        "alias.rev-list": "!", "alias.merge-base": "!", "alias.rev-parse": "!", "alias.config": "!", "alias.update-ref": "!",
        "alias.hash-object": "!", "alias.ls-remote": "!", "alias.fetch": "!", "alias.push": "!", "alias.pack-objects": "!",
        "alias.index-pack": "!", "alias.merge-tree": "!", "alias.grep": "!", "alias.check-attr": "!", "alias.write-tree": "!",
        "alias.ls-files": "!", "alias.read-tree": "!", "alias.init": "!", "alias.status": "!",
    }  # fmt: skip
    for number, (key, prefix) in enumerate(keys.items()):
        section, _, name = key.rpartition(".")
        first, _, sub = section.partition(".")
        head = f'[{first} "{sub}"]' if sub else f"[{first}]"
        p.config(f"{head}\n\t{name} = {prefix}{p.program(f'key-{number}-{key}')}\n")


# configuration that changes what git says


@construct()
def configured_output(p: Place) -> None:
    p.config(
        "[diff]\n\tsuppressBlankEmpty = true\n\tmnemonicPrefix = true\n\tnoprefix = true\n\trenames = copies\n\tcontext = 0\n"
        "\tinterHunkContext = 99\n\talgorithm = patience\n\tindentHeuristic = false\n\twsErrorHighlight = all\n\tsubmodule = log\n"
        "\tcolorMoved = zebra\n\trelative = true\n\torderFile = /etc/passwd\n\tignoreSubmodules = all\n\tdirstat = lines\n"
        "\tsrcPrefix = z\n\tdstPrefix = x\n\twordRegex = .\n\tstatGraphWidth = 1\n\trenameLimit = 1\n\ttrustExitCode = true\n"
        "[color]\n\tui = always\n\tdiff = always\n\tbranch = always\n[core]\n\tabbrev = 4\n\tquotePath = false\n\tignoreCase = true\n"
        "\tprecomposeUnicode = true\n\twhitespace = tab-in-indent,tabwidth=63\n\tbigFileThreshold = 1\n\tautocrlf = true\n\teol = crlf\n"
        "\tsafecrlf = true\n\tcommentChar = a\n\tuseReplaceRefs = true\n\tmultiPackIndex = true\n\tcommitGraph = true\n\tsparseCheckout = true\n"
        "\twarnAmbiguousRefs = false\n\tlogAllRefUpdates = always\n\tpackedGitLimit = 1\n\tpackedGitWindowSize = 1\n\tdeltaBaseCacheLimit = 1\n"
        "[i18n]\n\tlogOutputEncoding = UTF-16\n\tcommitEncoding = UTF-16\n[log]\n\tshowRoot = false\n\tdate = relative\n\texcludeDecoration = *\n"
        "[transfer]\n\thideRefs = refs/heads/h\n\thideRefs = refs/notes\n[uploadpack]\n\thideRefs = refs\n[pack]\n\tthreads = 100000\n\twindowMemory = 1\n"
        "\tpackSizeLimit = 1\n\tdepth = 1\n[index]\n\tthreads = 100000\n[grep]\n\tpatternType = perl\n\tthreads = 100000\n[status]\n\tshowUntrackedFiles = no\n"
        "[column]\n\tui = always\n[tag]\n\tsort = bad\n[branch]\n\tsort = -committerdate\n[versionsort]\n\tsuffix = -\n[user]\n\tname =\n\temail =\n"
        '[remote "origin"]\n\tskipDefaultUpdate = true\n\ttagOpt = --upload-pack=x\n[fetch]\n\tparallel = 1000\n\tfsckObjects = false\n'
        "[notes]\n\tdisplayRef = refs/notes/*\n\tmergeStrategy = ours\n[receive]\n\tdenyCurrentBranch = refuse\n[feature]\n\texperimental = true\n"
    )  # fmt: skip


@construct()
def diff_drivers_by_attributes(p: Place) -> None:
    p.write(
        "info/attributes",
        "* diff=q -text working-tree-encoding=UTF-16 whitespace=- export-subst\n*.py binary\n* conflict-marker-size=1\n",
    )
    p.config('[diff "q"]\n\tbinary = true\n\talgorithm = minimal\n\txfuncname = "^(.*)(.*)$"\n\twordRegex = x\n')


@construct(refused=True)
def an_expression_without_end(p: Place) -> None:
    """A driver's pattern that backtracks over every line above a hunk."""
    p.write("info/attributes", "* diff=slow\n")
    p.config('[diff "slow"]\n\txfuncname = "((a*)*)*\\\\2b"\n\tfuncname = "\\\\(\\\\(a*\\\\)*\\\\)*\\\\2b"\n')
    base = p.maker.tree({**p.maker.base, b"long.txt": (b"a" * 60 + b"\n") * 200 + b"end\n"})
    tree = p.maker.tree({**p.maker.base, b"long.txt": (b"a" * 60 + b"\n") * 200 + b"changed\n"})
    first = p.commit(p.head(tree=base))
    p.maker.ref("refs/heads/h/slow", p.commit(p.head(tree=tree, parents=(first,))))


@construct(refused=True)
def a_number_that_is_none(p: Place) -> None:
    p.config(f'[core]\n\tcompression = "{ESCAPES}[@click=app.quit]"\n\tpackedGitLimit = "{ESCAPES}"\n')


@construct(refused=True)
def a_line_that_is_none(p: Place) -> None:
    p.config(f"[core\x1b]0;PWNED\x07\n\tx\x1b = y\n{ESCAPES}\n")


@construct(refused=True)
def formats_from_the_future(p: Place) -> None:
    p.config(
        f"[core]\n\trepositoryFormatVersion = 1\n[extensions]\n\tPWNED = {ESCAPES}\n\tnoop = x\n\tobjectFormat = sha512\n"
    )


@construct(refused=True)
def another_object_format(p: Place) -> None:
    p.config("[core]\n\trepositoryFormatVersion = 1\n[extensions]\n\tobjectFormat = sha256\n")


@construct(refused=True)
def another_ref_storage(p: Place) -> None:
    p.config("[core]\n\trepositoryFormatVersion = 1\n[extensions]\n\trefStorage = reftable\n")


@construct()
def a_work_tree_elsewhere(p: Place) -> None:
    p.config(f"[core]\n\tworktree = /\n\tbare = false\n\tfsmonitor = {p.program('elsewhere')}\n")


@construct(refused=True)
def remotes_with_names_that_act(p: Place) -> None:
    name = ESCAPES.replace("\x07", "")
    p.config(
        f'[remote "{name}[@click=app.quit]"]\n\turl = /no/such\n\tfetch = +refs/heads/*:refs/remotes/x/*\n[remote "--all"]\n\turl = /no\n'
    )


@construct()
def a_large_configuration(p: Place) -> None:
    p.config("".join(f'[section "{n}"]\n\tkey = {"v" * 200}\n' for n in range(20_000)))


# files of .git


@construct()
def git_file_elsewhere(p: Place) -> None:
    other = p.hostile.folder / "other.git"
    p.git.rename(other)
    with (other / "config").open("a") as config:
        config.write(f"[core]\n\tfsmonitor = {p.program('gitfile')}\n\tworktree = {p.hostile.clone}\n")
    (p.hostile.clone / ".git").write_text(f"gitdir: {other}\n")


@construct()
def git_folder_by_a_link(p: Place) -> None:
    other = p.hostile.folder / "other"
    p.git.rename(other)
    p.git.symlink_to(other)


@construct(refused=True)
def git_file_of_junk(p: Place) -> None:
    p.git.rename(p.hostile.folder / "away")
    (p.hostile.clone / ".git").write_bytes(b"gitdir: \0" + ESCAPES.encode() + b"\n" * 5)


@construct(refused=True)
def git_file_of_itself(p: Place) -> None:
    p.git.rename(p.hostile.folder / "away")
    (p.hostile.clone / ".git").write_text("gitdir: .git\n")


@construct(refused=True)
def a_common_folder_elsewhere(p: Place) -> None:
    other = p.hostile.folder / "common"
    subprocess.run(["git", "init", "-q", "--bare", str(other)], check=True)
    (other / "config").write_text(
        f"[core]\n\tfsmonitor = {p.program('common')}\n\tbare = false\n\trepositoryformatversion = 0\n"
    )
    p.write("commondir", f"{other}\n")


@construct(refused=True)
def head_of_junk(p: Place) -> None:
    p.write("HEAD", b"ref: refs/heads/" + ESCAPES.encode() + b"\0\xff\n")


@construct()
def head_of_a_strange_branch(p: Place) -> None:
    p.write("HEAD", b"ref: refs/heads/--output=/tmp/x\n")


@construct(refused=True)
def head_by_a_link(p: Place) -> None:
    (p.git / "HEAD").unlink()
    (p.git / "HEAD").symlink_to("/dev/zero")


@construct()
def refs_by_links(p: Place) -> None:
    heads = p.git / "refs/heads"
    (heads / "passwd").symlink_to("/etc/passwd")
    (heads / "out").symlink_to("../../../../../../etc")
    (heads / "round").symlink_to("round")
    notes = p.git / "refs/notes/reviewconsole/alice"
    notes.mkdir(parents=True)
    (notes / "00000000-00000000").symlink_to("/etc/passwd")
    (p.git / "refs/notes/reviewconsole/bob").symlink_to("/etc")


@construct(refused=True)
def a_ref_without_end(p: Place) -> None:
    (p.git / "refs/heads/zero").symlink_to("/dev/zero")


@construct()
def symbolic_refs(p: Place) -> None:
    heads = p.git / "refs/heads"
    (heads / "up").write_text("ref: ../../../../etc/passwd\n")
    (heads / "other").write_text("ref: refs/heads/h/evil\n")
    (heads / "deep0").write_text("ref: refs/heads/h/evil\n")
    for number in range(1, 12):
        (heads / f"deep{number}").write_text(f"ref: refs/heads/deep{number - 1}\n")
    notes = p.git / "refs/notes/reviewconsole/alice"
    notes.mkdir(parents=True)
    (notes / "00000000-00000000").write_text("ref: refs/heads/main\n")


@construct()
def refs_of_other_objects(p: Place) -> None:
    blob = p.maker.store("blob", b"text\n")
    tag = b"object %s\ntype %s\ntag v\x1b[2JPWNED\ntagger M <m@x.org> 1 +0000\n\n" + ESCAPES.encode() + b"\n"
    once = p.maker.store("tag", tag % (p.evil.encode(), b"commit"))
    p.maker.ref("refs/heads/blob", blob)
    p.maker.ref("refs/heads/tree", p.tree)
    p.maker.ref("refs/heads/tag", once)
    p.maker.ref("refs/heads/tag-of-tag", p.maker.store("tag", tag % (once.encode(), b"tag")))
    p.maker.ref("refs/heads/tag-of-blob", p.maker.store("tag", tag % (blob.encode(), b"blob")))
    p.maker.ref("refs/heads/tag-that-lies", p.maker.store("tag", tag % (blob.encode(), b"commit")))
    p.maker.ref("refs/heads/tag-of-none", p.maker.store("tag", tag % (b"9" * 40, b"commit")))
    p.maker.ref("refs/notes/reviewconsole/alice/00000000-00000000", once)
    p.maker.ref("refs/notes/reviewconsole-ci/00000000", blob)
    p.maker.ref("refs/notes/ai", p.tree)


@construct(refused=True)
def packed_refs_of_junk(p: Place) -> None:
    p.write(
        "packed-refs",
        b"# pack-refs with: peeled fully-peeled sorted \n"
        b"\x1b[2JPWNED\n" + p.evil.encode() + b" refs/heads/x\x1b]0;PWNED\x07\n",
    )


@construct()
def packed_refs_that_lie(p: Place) -> None:
    rows = [b"# pack-refs with: peeled fully-peeled sorted \n"]
    rows += [p.main.encode() + b" refs/heads/h/evil\n", p.evil.encode() + b" refs/heads/z\n", b"^" + b"8" * 40 + b"\n"]
    p.write("packed-refs", b"".join(rows))


@construct()
def logs_of_junk(p: Place) -> None:
    p.write("logs/HEAD", b"\x1b[2JPWNED" * 1000)
    p.write("logs/refs/heads/h/evil", b"\0\xff" * 1000)
    (p.git / "logs/refs/notes").mkdir(parents=True)
    (p.git / "logs/refs/notes/reviewconsole").symlink_to("/no/such/place")


@construct()
def replaced_everything(p: Place) -> None:
    harmless = p.maker.commit(p.maker.tree({**p.maker.base, b"readme": b"x\n"}), (p.main,), b"Harmless\n")
    p.maker.ref(f"refs/replace/{p.evil}", harmless)
    p.maker.ref(f"refs/replace/{p.tree}", p.maker.tree({**p.maker.base, b"readme": b"x\n"}))
    p.maker.ref(f"refs/replace/{p.maker.store('blob', BAD)}", p.maker.store("blob", b"readme\n"))
    p.config("[core]\n\tuseReplaceRefs = true\n")


@construct()
def alternates_of_every_kind(p: Place) -> None:
    far = p.hostile.folder / "far"
    subprocess.run(["git", "init", "-q", "--bare", str(far)], check=True)
    p.write(
        "objects/info/alternates",
        b'"\\134\\033[2J"\n# comment\n\n' + str(p.git / "objects").encode() + b"\n" + os.fsencode(far / "objects") + b"\n../objects\n"
        + b"/dev/zero\n/proc/self/fd\n" + b"x" * 5000 + b"\n\x1b]0;PWNED\x07\n" + b"\xff\xfe\n",
    )  # fmt: skip
    (far / "objects/info/alternates").write_bytes(os.fsencode(p.git / "objects") + b"\n")
    p.write("objects/info/http-alternates", "http://127.0.0.1:1/\n")


@construct()
def packs_of_junk(p: Place) -> None:
    pack = p.git / "objects/pack"
    pack.mkdir(exist_ok=True)
    (pack / f"pack-{'a' * 40}.pack").write_bytes(b"PACK" + struct.pack(">II", 2, 1) + b"\x1b[2J" * 50)
    (pack / f"pack-{'a' * 40}.idx").write_bytes(b"\xfftOc" + struct.pack(">I", 2) + bytes(1100))
    (pack / f"pack-{'b' * 40}.idx").write_bytes(b"")
    (pack / "multi-pack-index").write_bytes(b"MIDX\1\1\4\0" + bytes(3000))
    (pack / f"pack-{'a' * 40}.bitmap").write_bytes(b"BITM")
    (pack / "\x1b]0;PWNED\x07.idx").write_bytes(b"x")


@construct()
def commit_graphs_that_lie(p: Place) -> None:
    subprocess.run(
        [
            "git",
            "-C",
            str(p.hostile.clone),
            "-c",
            "core.fsmonitor=false",
            "-c",
            "core.hooksPath=/dev/null",
            "commit-graph",
            "write",
            "--reachable",
        ],
        capture_output=True,
        check=False,
    )
    graph = p.git / "objects/info/commit-graph"
    if graph.exists():
        graph.chmod(0o644)
        data = bytearray(graph.read_bytes())
        at = data.find(bytes.fromhex(p.tree))
        if at > 0:
            data[at : at + 20] = bytes.fromhex(p.maker.tree({**p.maker.base, b"readme": b"x\n"}))
        graph.write_bytes(data)
    p.write("objects/info/commit-graphs/commit-graph-chain", b"f" * 40 + b"\n")


@construct()
def an_index_of_junk(p: Place) -> None:
    p.write("index", b"DIRC" + struct.pack(">II", 4, 0xFFFFFFFF) + b"\x1b[2J" * 20)
    p.write("info/sparse-checkout", b"\x1b[2JPWNED\n" * 50)
    p.write("info/exclude", b"*\n")
    p.write("sharedindex." + "a" * 40, b"x")


@construct()
def locks_of_the_dead(p: Place) -> None:
    for name in ("index.lock", "HEAD.lock", "packed-refs.lock", "config.lock", "refs/heads/main.lock", "shallow.lock"):
        p.write(name, b"")


# objects


@construct()
def a_commit_of_many_megabytes(p: Place) -> None:
    """400 MB that are 400 KB in a pack: another branch must stay readable, in bounded memory."""
    p.maker.ref("refs/heads/h/giant", p.commit(p.head(message=b"Big\n\n" + b"x" * 400_000_000)))


@construct()
def a_tree_of_many_megabytes(p: Place) -> None:
    rows = b"".join(
        b"100644 %08d\0" % n + bytes.fromhex("e69de29bb2d1d6434b8b29ae775ad8c2e48c5391") for n in range(3_000_000)
    )
    p.maker.store("blob", b"")
    p.maker.ref("refs/heads/h/wide", p.commit(p.head(tree=p.maker.store("tree", rows))))


@construct()
def a_blob_of_many_megabytes(p: Place) -> None:
    p.maker.ref("refs/heads/h/fat", p.commit(p.head(tree=p.maker.tree({**p.maker.base, b"fat": bytes(300_000_000)}))))


@construct()
def an_object_that_lies_about_its_size(p: Place) -> None:
    data = b"x = 1\n"
    oid = p.maker.store("blob", data)
    tree = p.maker.tree({**p.maker.base, b"lie.py": data})
    place = p.git / "objects" / oid[:2] / oid[2:]
    place.unlink()
    place.write_bytes(zlib.compress(b"blob 99999999999\0" + data))
    p.maker.ref("refs/heads/h/lie", p.commit(p.head(tree=tree)))


@construct()
def a_parcel_that_unpacks_without_end(p: Place) -> None:
    data = b"x = 1\n"
    oid = p.maker.store("blob", data + b"2")
    tree = p.maker.tree({**p.maker.base, b"bomb.py": data + b"2"})
    place = p.git / "objects" / oid[:2] / oid[2:]
    place.unlink()
    place.write_bytes(zlib.compress(b"blob 7\0" + bytes(500_000_000)))
    p.maker.ref("refs/heads/h/bomb", p.commit(p.head(tree=tree)))


@construct()
def trees_of_odd_rows(p: Place) -> None:
    blob = bytes.fromhex(p.maker.store("blob", b"evil()\n"))
    folder = bytes.fromhex(p.maker.tree({b"x": b"1\n"}))
    trees = {
        "twice": b"100644 a\0" + blob + b"100644 a\0" + folder,
        "unsorted": b"100644 z\0" + blob + b"100644 a\0" + blob,
        "padded": b"0100644 a\0" + blob,
        "padded-folder": b"040000 d\0" + folder,
        "slash": b"100644 a/b\0" + blob,
        "empty-name": b"100644 \0" + blob,
        "dot": b"100644 .\0" + blob,
        "dotgit": b"40000 .git\0" + folder + b"40000 .GIT\0" + folder + b"40000 git~1\0" + folder,
        "no-mode": b" a\0" + blob,
        "mode-0": b"0 a\0" + blob,
        "mode-big": b"777777777777 a\0" + blob,
        "mode-letters": b"10064x a\0" + blob,
        "mode-minus": b"-100644 a\0" + blob,
        "null-id": b"100644 a\0" + bytes(20),
        "file-is-folder": b"100644 a\0" + folder,
        "folder-is-file": b"40000 a\0" + blob,
        "link-of-lines": b"120000 l\0" + bytes.fromhex(p.maker.store("blob", b"a\nb\x1b[2J\0c")),
        "link-long": b"120000 l\0" + bytes.fromhex(p.maker.store("blob", b"x" * 100_000)),
        "sub-is-blob": b"160000 s\0" + blob,
        "cut": b"100644 a\0" + blob[:10],
        "no-nul": b"100644 a",
        "folder-and-file": b"40000 a\0" + folder + b"100644 a\0" + blob,
    }
    for name, rows in trees.items():
        p.maker.ref(f"refs/heads/t/{name}", p.commit(p.head(tree=p.maker.store("tree", rows))))


@construct()
def commits_of_odd_rows(p: Place) -> None:
    tree, main, who = p.tree, p.main, f"author {IDENTITY}\ncommitter {IDENTITY}\n"
    blob = p.maker.store("blob", b"evil()\n")
    body = f"\nChange {ESCAPES}\n\n{TRAILER}\n"
    texts = {
        "no-tree": f"parent {main}\n{who}{body}",
        "two-trees": f"tree {tree}\ntree {p.maker.tree({b'x': b'1'})}\nparent {main}\n{who}{body}",
        "tree-is-blob": f"tree {blob}\nparent {main}\n{who}{body}",
        "parent-is-blob": f"tree {tree}\nparent {blob}\n{who}{body}",
        "parent-is-tree": f"tree {tree}\nparent {tree}\n{who}{body}",
        "parent-twice": f"tree {tree}\nparent {main}\nparent {main}\n{who}{body}",
        "parent-absent": f"tree {tree}\nparent {'7' * 40}\n{who}{body}",
        "parent-short": f"tree {tree}\nparent {main[:20]}\n{who}{body}",
        "parent-option": f"tree {tree}\nparent --output=/tmp/x\n{who}{body}",
        "upper-case": f"tree {tree.upper()}\nparent {main}\n{who}{body}",
        "no-people": f"tree {tree}\nparent {main}\n{body}",
        "empty": "",
        "only-lines": "\n" * 1000,
        "crlf": f"tree {tree}\r\nparent {main}\r\n{who}{body}".replace("\n", "\r\n"),
        "long-author": f"tree {tree}\nparent {main}\nauthor {'A' * 1_000_000} <{'m' * 1_000_000}@x.org> 1 +0000\ncommitter {IDENTITY}\n{body}",
        "control-author": f"tree {tree}\nparent {main}\nauthor \x1b]0;PWNED\x07 <\x1b[2J\x9b31337m@x> 1 +0000\ncommitter [@click=app.quit]x <[/nope]> 1 +0000\n{body}",
        "brackets": f"tree {tree}\nparent {main}\nauthor <<<>>> <a> <b@x.org> 1 +0000 2\ncommitter >< 1\n{body}",
        "time-huge": f"tree {tree}\nparent {main}\nauthor M <m@x.org> {'9' * 400} +9999\ncommitter M <m@x.org> -{'9' * 400} -9999\n{body}",
        "time-letters": f"tree {tree}\nparent {main}\nauthor M <m@x.org> NaN +0000\ncommitter M <m@x.org> 1e9 +0000\n{body}",
        "encoding-path": f"tree {tree}\nparent {main}\n{who}encoding ../../x\x1b[2J\n{body}",
        "encoding-codec": f"tree {tree}\nparent {main}\n{who}encoding unicode_escape\n{body}",
        "encoding-utf7": f"tree {tree}\nparent {main}\n{who}encoding UTF-7\n{body}",
        "encoding-zlib": f"tree {tree}\nparent {main}\n{who}encoding zlib_codec\n{body}",
        "mergetag": f"tree {tree}\nparent {main}\n{who}mergetag object {main}\n type commit\n tag \x1b[2JPWNED\n{body}",
        "gpgsig": f"tree {tree}\nparent {main}\n{who}gpgsig {ESCAPES}\n -----BEGIN SSH SIGNATURE-----\n{body}",
        "many-headers": f"tree {tree}\nparent {main}\n{who}" + "".join(f"x{n} {ESCAPES}\n" for n in range(20_000)) + body,
        "continued": f"tree {tree}\nparent {main}\n{who}" + " continued\n" * 100_000 + body,
    }  # fmt: skip
    for name, text in texts.items():
        p.maker.ref(f"refs/heads/c/{name}", p.commit(text.encode("utf-8", "surrogateescape")))
    many = "".join(f"parent {p.commit(p.head(message=b'%d' % n))}\n" for n in range(300))
    p.maker.ref("refs/heads/c/octopus-300", p.commit(f"tree {tree}\n{many}{who}{body}".encode()))
    p.maker.ref(
        "refs/heads/c/nul-title", p.commit(p.head(message=b"Good\0\x1b[2JPWNED\n\n" + TRAILER.encode() + b"\n"))
    )
    p.maker.ref(
        "refs/heads/c/bytes", p.commit(p.head(message=bytes(range(1, 256)) * 4 + b"\n\n" + TRAILER.encode() + b"\n"))
    )


@construct()
def a_deep_tree(p: Place) -> None:
    tree = p.maker.tree({b"leaf": b"evil()\n"})
    for _ in range(3000):
        tree = p.maker.store("tree", b"40000 d\0" + bytes.fromhex(tree))
    p.maker.ref("refs/heads/h/deep", p.commit(p.head(tree=tree)))


@construct()
def a_tree_that_multiplies(p: Place) -> None:
    tree = p.maker.tree({b"leaf": b"evil()\n"})
    for _ in range(30):
        row = bytes.fromhex(tree)
        tree = p.maker.store("tree", b"".join(b"40000 %d\0" % n + row for n in range(10)))
    p.maker.ref("refs/heads/h/multiplied", p.commit(p.head(tree=tree)))


@construct()
def a_long_line_of_commits(p: Place) -> None:
    """20,000 commits on one branch."""
    feed = []
    for number in range(20_000):
        message = f"c{number}\n\n{TRAILER}\n" if number == 19_999 else f"c{number}\n"
        start = f"from {p.main}\n" if number == 0 else ""
        feed.append(
            f"commit refs/heads/h/many\ncommitter {IDENTITY}\ndata {len(message)}\n{message}\n{start}M 644 inline n.txt\ndata 8\n{number:08}\n"
        )
    command = [
        "git",
        "-C",
        str(p.hostile.clone),
        "-c",
        "core.fsmonitor=false",
        "-c",
        "core.hooksPath=/dev/null",
        "fast-import",
        "--quiet",
    ]
    subprocess.run(command, input="\n".join(feed).encode(), check=True)


# notes


@construct()
def notes_that_act(p: Place) -> None:
    text = f"{ESCAPES}[@click=app.quit]PWNED[/nope]\u202e\u200b"
    junk = p.maker.store("blob", text.encode())
    note = p.maker.tree(
        {
            p.evil[:2].encode(): {p.evil[2:].encode(): text.encode()},
            b"\x1b[2JPWNED": b"x",
            p.main.encode(): b'{"payload":"' + b"A" * 3000 + b'"}\n',
        }
    )
    commit = p.commit(p.head(tree=note, parents=()))
    names = ["reviewconsole/alice/00000000-00000000", "reviewconsole/[@click=app.quit]/x", "reviewconsole/mallory\x1b[31m/00000000-00000000",
             "reviewconsole/a\u202eb/00000000-00000000", "reviewconsole/alice/short", "reviewconsole/alice", "ai", "git-ai", "agent-trace", "srctrace", "entire", "commits"]  # fmt: skip
    for name in names:
        try:
            p.maker.ref(f"refs/notes/{name}", commit)
        except OSError:
            continue
    p.maker.ref("refs/notes/blob", junk)


@construct()
def names_of_branches_that_act(p: Place) -> None:
    for number, name in enumerate(
        ["\x1b]0;PWNED\x07", "\x9b31337mPWNED", "[@click=app.quit]PWNED[", "a\u202eb\u2066", "\u200b", "\U000e0041", "p\u0430y", "--exec=id", "@{-1}",
         "a" * 240, "\xff".encode("latin-1").decode("utf-8", "surrogateescape"), "$(id)", "`id`", "%00%1b", "HEAD", "refs/heads/h/evil", "\u2028x", "\u3164", "\ufeff"]
    ):  # fmt: skip
        raw = b"refs/heads/n%d/" % number + name.encode("utf-8", "surrogateescape")
        try:
            p.maker.ref(raw, p.commit(p.head(message=b"%d\n\n" % number + TRAILER.encode() + b"\n")))
        except OSError:
            continue


def constructs() -> Iterator[tuple[str, Callable[[Place], None]]]:
    """All of them by name."""
    yield from CONSTRUCTS.items()
