"""One changed file as the rules see it: kind, lines of both sides, changed line numbers."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from reviewconsole import lazy_re as re
from reviewconsole.change import SYMLINK_MODE
from reviewconsole.detection.constructs import Construct, constructs, enclosing, innermost
from reviewconsole.diff import FileDiff
from reviewconsole.finding import Side

Made = TypeVar("Made")

MAX_BYTES = 1_000_000
MAX_LINE = 4_000
"""Longer lines are data or minified code; rules leave them out and a note says so."""

_SUFFIXES = {
    "py": "python", "pyi": "python", "go": "go", "tf": "terraform", "tofu": "terraform", "tfvars": "terraform",
    "hcl": "terraform",
    "ts": "typescript", "tsx": "typescript", "mts": "typescript", "cts": "typescript", "js": "typescript",
    "jsx": "typescript", "mjs": "typescript", "cjs": "typescript", "yml": "yaml", "yaml": "yaml", "sql": "sql",
    "sh": "shell", "bash": "shell", "zsh": "shell", "mk": "makefile", "md": "markdown", "markdown": "markdown",
    "mdx": "markdown", "rst": "markdown", "adoc": "markdown", "json": "json", "java": "java", "kt": "kotlin",
    "kts": "kotlin", "rs": "rust", "rb": "ruby", "rake": "ruby",
}  # fmt: skip
_CI = re.compile(r"(^|/)(\.github/(workflows|actions)/.*\.ya?ml|\.gitlab-ci\.ya?ml|\.circleci/config\.yml)$")
_CODE = r"(?:py|go|[cm]?[jt]sx?|java|kt|rs|rb)"
"""What tests are written in: elsewhere `test` may be the name of an environment."""
_TEST_NAMES = (
    r"(?:[\w.-]*[_.-])?(?:tests?|e2e)(?:[_.-][\w.-]*)?|__tests__|test_?(?:data|fixtures?|utils?|helpers?|kit|lib|support|suite)"
    r"|(?:integration|unit|acceptance|smoke)_?tests?|testing"
)
_TEST_PARTS = re.compile(rf"(^|/)(?:tests?|e2e|testdata)/|(^|/)(?:{_TEST_NAMES})/(.*/)?[^/]+\.{_CODE}$", re.IGNORECASE)
_TEST_TOOL = re.compile(
    r"(^|/)(playwright|cypress|vitest|jest|karma|wdio|codecept)[\w.-]*\.(config|setup)\.[cm]?[jt]s$"
)
_NONPRODUCTION = re.compile(
    r"(^|/)(__mocks__|spec|fixtures?|examples?|samples?"
    r"|docs?|dev|\.semgrep|playwright|cypress|mocks?|sandbox|ephemeral|previews?|review-?apps?|demos?|benchmarks?|scratch)/",
    re.IGNORECASE,
)
_VENDORED = re.compile(
    r"(^|/)(vendor|vendored|third_?party|thirdparty|node_modules|bower_components|Godeps|_workspace)/"
    r"|(^|/)(js|javascripts?|static|media|assets|public)/(.*/)?(libs?|plugins|contrib)/"
    r"|(^|/)jquery[\w.-]*\.js$",
    re.IGNORECASE,
)
_TEST = re.compile(
    r"(^|/)(test_[^/]*\.py|[^/]*_test\.(py|go|rb)|[^/]*_spec\.rb|[^/]*\.(test|spec)\.[cm]?[jt]sx?|conftest\.py"
    r"|[^/]*Tests?\.(java|kt))$"
)
_SCREEN = re.compile(
    r"\.(tsx|jsx|vue|svelte)$"
    r"|(^|/)(hooks|client-only|views?|screens?|widgets|frontend|dashboard[\w-]*|static|public|assets|stimulus|controllers/js"
    r"|grafana-plugin|react-ui|ui)/(.*/)?[^/]+\.[cm]?[jt]s$"
)
_ANSWERS = re.compile(r"(^|/)(api|server|server-only|backend)/|(^|/)_?(route|page|layout)\.[jt]sx?$|\.server\.[jt]sx?$")
_TOOLING = re.compile(
    r"(^|/)(scripts?|tools?|tooling|hack|build|ci|\.github|\.circleci|\.gitlab|buildscripts|codegen|devtools)/(.*/)?[^/]+\.(py|go|[cm]?[jt]sx?|rb|rs|java|kt)$"
    r"|\.config\.[cm]?[jt]s$|(^|/)(setup|manage|tasks|fabfile|noxfile|conftest|build)\.(py|rs)$|(^|/)Rakefile$|\.rake$"
)
_FIXTURE = re.compile(r"(^|/)(__fixtures__|fixtures?|testdata|__mocks__)/", re.IGNORECASE)
_TEST_FOLDER = re.compile(rf"(^|/)(?:tests?|__tests__|spec|e2e)/|(^|/)(?:{_TEST_NAMES})/(.*/)?[^/]+\.{_CODE}$")
# By path only: a header in the text is the author's word, and would switch the rules off for a file.
_GENERATED = re.compile(
    r"(^|/)((dist|node_modules)/.*|[^/]*\.min\.(js|css)|[^/]*_pb2(_grpc)?\.py|[^/]*\.pb\.go|[^/]*\.lock(\.hcl)?"
    r"|package-lock\.json|pnpm-lock\.yaml|yarn\.lock|go\.sum|[^/]*\.(map|snap|svg))$"
)
_COMMENT = {
    "python": ("#",), "shell": ("#", "//"), "yaml": ("#",), "workflow": ("#",), "makefile": ("#",),
    "dockerfile": ("#",),
    "terraform": ("#", "//", "/*", "* "), "go": ("//", "/*", "* "), "typescript": ("//", "/*", "* "),
    "sql": ("--", "/*"), "markdown": ("<!--",), "java": ("//", "/*", "* "), "kotlin": ("//", "/*", "* "),
    "rust": ("//", "/*", "* "), "ruby": ("#",),
}  # fmt: skip


def kind_of(path: str, first_line: str = "") -> str:
    """Name the kind of a file by its path, or by its `#!` line."""
    name = path.rsplit("/", 1)[-1]
    if _CI.search(path):
        return "workflow"
    if name.startswith(("Dockerfile", "Containerfile")) or name.endswith(".dockerfile"):
        return "dockerfile"
    if name.startswith("Jenkinsfile") or name.endswith((".jenkinsfile", ".Jenkinsfile")):
        return "shell"  # what a pipeline of Jenkins runs stands in it as a script does
    if name in ("Makefile", "makefile", "GNUmakefile", "justfile", "Justfile"):
        return "makefile"
    kind = _SUFFIXES.get(name.rsplit(".", 1)[-1].lower() if "." in name else "", "")
    if not kind and first_line.startswith("#!"):
        kind = "python" if "python" in first_line else "shell" if "sh" in first_line else ""
    return kind or "text"


def is_test(path: str) -> bool:
    """Tell whether a path holds tests."""
    return bool(_TEST.search(path) or _TEST_FOLDER.search(path) or _TEST_TOOL.search(path))


def is_fixture(path: str) -> bool:
    """Tell whether a path is what tests read: no rule weighs fully in it."""
    return bool(_FIXTURE.search(path))


def is_nonproduction(path: str) -> bool:
    """Tell whether a path is test, sample, vendored, documentation or development material."""
    return bool(
        _NONPRODUCTION.search(path) or _TEST.search(path) or _TEST_PARTS.search(path) or _TEST_TOOL.search(path)
    ) or is_vendored(path)


def is_vendored(path: str) -> bool:
    """Tell whether a path holds somebody else's code, copied in: no rule weighs fully in it."""
    return bool(_VENDORED.search(path))


def is_screen(path: str) -> bool:
    """Tell by its path whether code shows something to one person in a browser; what a server answers is none."""
    return bool(_SCREEN.search(path)) and not _ANSWERS.search(path)


def is_tooling(path: str) -> bool:
    """Tell by its path whether code builds, checks or sets up the project, and serves nobody."""
    return bool(_TOOLING.search(path))


def is_generated(path: str) -> bool:
    """Tell by its path whether a file is written by a tool."""
    return bool(_GENERATED.search(path))


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """Both sides of a changed file as lines, without line ends; an absent side has none."""

    path: str
    kind: str
    old: tuple[str, ...]
    new: tuple[str, ...]
    has_old: bool
    has_new: bool
    removed: frozenset[int]
    """1-based numbers on the old side."""
    added: frozenset[int]
    """1-based numbers on the new side."""
    memo: dict[tuple[str, Side], Any] = field(default_factory=dict, compare=False, repr=False)
    """What was made of a side, by name; it lives as long as the source."""
    old_path: str = ""
    """Where a renamed file stood before; empty for the same place."""

    def path_of(self, side: Side) -> str:
        """Where one side stands."""
        return (self.old_path or self.path) if side is Side.OLD else self.path

    def once(self, name: str, side: Side, make: Callable[[], Made]) -> Made:
        """What `make` gives for a side, made when it is first asked for: several checks read the same things."""
        key = (name, side)
        if key not in self.memo:
            self.memo[key] = make()
        made: Made = self.memo[key]
        return made

    def lines(self, side: Side) -> tuple[str, ...]:
        """The lines of one side."""
        return self.old if side is Side.OLD else self.new

    def changed(self, side: Side) -> frozenset[int]:
        """The changed line numbers of one side."""
        return self.removed if side is Side.OLD else self.added

    def constructs(self, side: Side) -> tuple[Construct, ...]:
        """Functions, resources, jobs, headings of one side, by first line."""
        return self.once("constructs", side, lambda: constructs(self.kind, self.lines(side)))

    def host(self, side: Side, line: int) -> Construct | None:
        """The innermost construct around a line."""
        around = self.once("innermost", side, lambda: innermost(self.constructs(side), len(self.lines(side))))
        return around[line - 1] if 0 < line <= len(around) else enclosing(self.constructs(side), line)

    def host_name(self, side: Side, line: int) -> str:
        """Its name; empty at top level."""
        found = self.host(side, line)
        return found.name if found else ""

    def unit(self, side: Side, line: int, *, outermost: bool = False) -> Construct | None:
        """The innermost (or outermost) construct around a line that lives and dies as one."""
        around = [item for item in self.constructs(side) if item.unit and item.first <= line <= item.last]
        return (around[0] if outermost else around[-1]) if around else None

    def touched(self, side: Side, first: int, last: int) -> bool:
        """Tell whether a line from `first` to `last` changed."""
        changed = self.changed(side)
        return any(at in changed for at in range(first, last + 1))

    def text(self, side: Side, first: int, last: int) -> str:
        """The lines from `first` to `last`, joined."""
        return "\n".join(self.lines(side)[first - 1 : last])

    def is_comment(self, side: Side, line: int) -> bool:
        """Tell whether a line holds a comment and nothing else."""
        return self.lines(side)[line - 1].lstrip().startswith(_COMMENT.get(self.kind, ("\0",)))


def stood(source: Source, text: str) -> bool:
    """Tell whether the old side holds a text, white space apart."""
    old = source.once("unspaced", Side.OLD, lambda: "".join("".join(row.split()) for row in source.old))
    return "".join(text.split()) in old


def cuts(source: Source) -> frozenset[int]:
    """The new lines before which lines were taken out and none put in."""
    found = set()
    old = new = 1
    while old <= len(source.old):
        if new in source.added:
            new += 1
        elif old in source.removed:
            found.add(new)
            old += 1
        else:
            old, new = old + 1, new + 1
    return frozenset(found)


def _split(data: bytes | None) -> tuple[str, ...]:
    # Undecodable bytes are replaced: re2 and ast-grep read UTF-8 only, and line numbers stay.
    rows = (data or b"").decode("utf-8", "replace").split("\n")
    if rows and not rows[-1]:
        rows.pop()
    return tuple(row.removesuffix("\r") for row in rows)


def unchanged(path: str, data: bytes) -> Source:
    """A file of the new tree that the change does not touch, as a source without changed lines."""
    rows = _split(data)
    return Source(
        path=path, kind=kind_of(path, (rows or ("",))[0]), old=rows, new=rows, has_old=True, has_new=True,
        removed=frozenset(), added=frozenset(),
    )  # fmt: skip


def read(file: FileDiff) -> Source | str:
    """Prepare a file for the rules, or say in words why it cannot be scanned.

    A file without hunks (mode change, pure rename) becomes a source without changed lines.
    """
    if file.entry.submodule or SYMLINK_MODE in (file.entry.old_mode, file.entry.new_mode):
        return f"{file.path}: a link or submodule, no lines to scan"
    if file.binary:
        return _binary(file)
    if max(len(file.old or b""), len(file.new or b"")) > MAX_BYTES:
        return f"{file.path}: larger than {MAX_BYTES:,} bytes, not scanned"
    if is_generated(file.path):
        return f"{file.path}: generated by its path, not scanned"
    old, new = _split(file.old), _split(file.new)
    return Source(
        path=file.path,
        kind=kind_of(file.path, (new or old or ("",))[0]),
        old=old,
        new=new,
        has_old=file.old is not None,
        has_new=file.new is not None,
        removed=frozenset(at for hunk in file.hunks for at in hunk.numbers("-")),
        added=frozenset(at for hunk in file.hunks for at in hunk.numbers("+")),
    )


def oddities(file: FileDiff, source: Source) -> list[str]:
    """What about a scanned file a reader of its findings should know, in words."""
    notes = []
    if any(len(source.new[at - 1]) > MAX_LINE for at in source.added):
        notes.append(f"{source.path}: lines longer than {MAX_LINE:,} characters are not scanned")
    data = file.new if file.new is not None else file.old or b""
    if b"\0" in data:
        notes.append(f"{source.path}: holds NUL bytes, which programs read in different ways")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        notes.append(f"{source.path}: is not UTF-8, odd bytes were replaced for the rules")
    return notes


_MARKS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16", b"\xff\xfe\0\0": "UTF-32", b"\0\0\xfe\xff": "UTF-32"}


def _binary(file: FileDiff) -> str:
    data = file.new if file.new is not None else file.old or b""
    for mark in sorted(_MARKS, key=len, reverse=True):
        if data.startswith(mark):
            return f"{file.path}: {_MARKS[mark]} text, which no rule reads: not scanned"
    return f"{file.path}: binary, not scanned"
