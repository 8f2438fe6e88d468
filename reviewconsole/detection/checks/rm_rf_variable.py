"""Find recursive deletions of a path that a variable decides."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.commands import Command, added
from reviewconsole.detection.hits import hit
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.moves import command_moves
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.source import Source
from reviewconsole.finding import Confidence, Family, Severity, Side

PAGE = page_of(
    "rm-rf-variable",
    title="A variable decides what is deleted recursively",
    family=Family.RISK,
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    what="Finds rm -rf of a variable, of ~ or of *, without `${X:?}`, and shutil.rmtree on a variable that ignores "
    "errors. Temporary folders, package caches and variables that the file sets to a constant are none.",
    why='An unset variable turns `rm -rf "$DIR/"*` into a deletion of the root: a launcher script removed files of '
    "users that way in 2015, and at GitLab in 2017 the right command ran on the wrong machine.",
    example='+ rm -rf "$STEAMROOT/"*',
    instead='Write `rm -rf -- "${DIR:?}"/*`, check that the path is the one that was meant, and refuse an empty one.',
    references=("https://github.com/danluu/post-mortems", "ShellCheck SC2115"),
    languages=("shell", "makefile", "dockerfile", "workflow", "python", "typescript", "go"),
    alias="d-11",
)
_RM = re.compile(
    r"\brm\s+((?:-{1,2}[\w-]+\s+)*-(?=\w*[rR])(?=\w*f)\w+|(?:-{1,2}[\w-]+\s+)*(?:-[rR]\w*|--recursive)\s+(?:-f\w*|--force)"
    r"|(?:-{1,2}[\w-]+\s+)*(?:-f\w*|--force)\s+(?:-[rR]\w*|--recursive))\s+(?P<paths>[^;&|\n]+)"
)
_TREE = re.compile(
    r"\b(?:shutil\.)?rmtree\(\s*(?![\"'])(?P<path>[^,()]+(?:\([^()]*\))?[^,()]*),\s*(?:ignore_errors\s*=\s*)?True"
)
_VARIABLE = re.compile(r"\$\{?([A-Za-z_@*1-9][\w]*)|\$\(([A-Za-z_]\w*)\)|\{([A-Za-z_][\w.]*)[^}]*\}|%s|%\(")
_GUARDED = re.compile(r"\$\{[A-Za-z_]\w*:?\?")
_SAFE = re.compile(
    r"^[\"']?(\$[{(]?(CURRENT_DIR|CURDIR|PWD|ROOT_DIR|REPO_ROOT|PROJECT_ROOT|BASE_DIR|BUILD_DIR|DIST_DIR|OUT_DIR)[)}]?/\w|/tmp|/var/tmp|/var/lib/apt|/var/cache|\$\(mktemp|\$\{?(TMP\w*|TEMP\w*|RUNNER_TEMP|\w*tmp\w*|\w*temp\w*)\b)",
    re.IGNORECASE,
)
_TEMPORARY = re.compile(r"tmp|temp|scratch|mkdtemp|cache|build|dist|output", re.IGNORECASE)


def check(context: Context) -> Iterator[Hit]:
    """Name each added command or call of that kind."""
    moves = command_moves(context)
    for source in context.sources:
        for command in added(source):
            wild = _wild(source, command) or _tree(source, command)
            if wild and not moves.took(source.path, command.text):
                yield hit(PAGE, source, Side.NEW, (command.first, command.last), wild)


def _wild(source: Source, command: Command) -> str:
    for match in _RM.finditer(command.text):
        for path in match["paths"].split():
            if path.startswith("-") or _SAFE.search(path) or _GUARDED.search(path):
                continue
            bare = path.strip("\"'")
            if bare in ("~", "~/", "~/*", "/", "/*", "*", "./*", "$HOME", "${HOME}", "$HOME/*", ".", ".."):
                return f"rm -rf {bare} deletes more than anybody means"
            variable = _VARIABLE.search(bare)
            if variable and not _constant(source, next((name for name in variable.groups() if name), ""), bare):
                return f"What {bare[:60]} holds decides what is deleted"
    return ""


def _constant(source: Source, name: str, path: str) -> bool:
    """Tell whether the file sets the variable to a constant or temporary folder, so that it cannot be empty."""
    if source.kind in ("python", "typescript", "go") and not name:
        return False
    if name in ("HOME", "PWD", "GITHUB_WORKSPACE", "WORKSPACE") and re.search(r"[}\w]/[\w.]+", path):
        return True
    assigned = re.compile(
        rf"^\s*(?:&&\s*|;\s*)?(?:export\s+|local\s+|readonly\s+|declare\s+\S+\s+|ARG\s+|ENV\s+|const\s+|let\s+)?{re.escape(name)}\s*[:?+]?=\s*(?P<value>.*)"
        rf"|^\s*for\s+{re.escape(name)}\s+in\s+(?P<items>.*)"
    )
    values = [match for row in source.new if (match := assigned.match(row[:1000]))]
    texts = [(match["value"] or match["items"] or "").strip() for match in values]
    return (
        bool(texts)
        and all(
            re.search(r"mktemp|mkdtemp|tempfile|/tmp\b|TMPDIR", text)
            or (
                re.match(r"[\"']?(?:\$\{?\w+\}?/|\$\(\w+\)/|\./|/)?[\w.-]+", text.lstrip("\"'"))
                and not re.match(r"[\"']?\$[@*1-9{(]?\d?[\"']?$", text)
            )
            for text in texts
        )
        and not any(re.match(r"[\"']?\$(\{?[1-9@*]|\{\w+:-\})", text) for text in texts)
    )


def _tree(source: Source, command: Command) -> str:
    match = _TREE.search(command.text) if source.kind == "python" else None
    if not match or _TEMPORARY.search(match["path"]):
        return ""
    name = re.match(r"\s*(?:self\.)?([A-Za-z_]\w*)", match["path"])
    made = name and any(
        re.search(rf"\b{name[1]}\b\s*(=|as)|as\s+{name[1]}\b", row) and _TEMPORARY.search(row) for row in source.new
    )
    return "" if made else f"rmtree deletes whatever {match['path'].strip()[:60]} holds, and hides what failed"


CHECK = Check(page=PAGE, run=check)
