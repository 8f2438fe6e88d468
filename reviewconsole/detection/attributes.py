"""Read which files a repository marks as written by a tool: `linguist-generated` of `.gitattributes`.

The marks count as they stood before the change, since a change must not exempt itself. Migrations, pipelines and
infrastructure are read whatever the mark says: a generated migration drops a column like any other.
"""

from reviewconsole import lazy_re as re
from reviewconsole.detection.model import Tree
from reviewconsole.errors import ReviewConsoleError
from reviewconsole.globs import Globs

_FILE = ".gitattributes"
_MOST = 200
_NEVER = re.compile(r"(^|/)[\w-]*(migrat|alembic|schema)[\w-]*/|(^|/)\.github/|\.(tf|tofu|sql)$|(^|/)(Dockerfile|k8s/)")


def generated(tree: Tree | None) -> Globs:
    """The patterns of the root's attributes file; none where nobody can tell."""
    data = tree.read_many([_FILE]).get(_FILE, b"") if tree is not None else b""
    found = []
    for row in data.decode("utf-8", "replace").split("\n")[:_MOST]:
        pattern, *marks = row.split() or [""]
        if not pattern or pattern.startswith(("#", "!", "[", '"')):
            continue
        if "linguist-generated" in marks or "linguist-generated=true" in marks:
            found.append(_glob(pattern))
    try:
        return Globs(tuple(found))
    except ReviewConsoleError:
        return Globs(())


def exempt(globs: Globs, path: str) -> bool:
    """Tell whether a path is marked, and none that is read all the same."""
    return globs.matches(path) and not _NEVER.search(path)


def _glob(pattern: str) -> str:
    """A pattern of git's: without a slash inside it matches the name in any folder."""
    plain = pattern.strip("/")
    return plain if "/" in plain or pattern.startswith("/") else f"**/{plain}"
