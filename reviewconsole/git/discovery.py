"""Finding the git directory of a place, without starting git."""

from pathlib import Path

from reviewconsole.errors import RepositoryError
from reviewconsole.git.special import refuse


def discover(path: Path) -> Path:
    """Find the git directory that holds `path`, without starting git or reading configuration."""
    try:
        start = path.resolve(strict=True)
        for folder in (start, *start.parents):
            found = _git_dir(folder)
            if found is not None:
                return found
    except OSError as error:
        raise RepositoryError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise RepositoryError(f"{path} cannot be read: a NUL in a path", remedy="look at the file .git") from error
    raise RepositoryError(f"{path} is in no git repository", remedy="go into one, or name it with -C PATH")


def _git_dir(folder: Path) -> Path | None:
    dot = folder / ".git"
    refuse(dot)
    refuse(dot / "HEAD")
    if dot.is_dir() and (dot / "HEAD").is_file():
        return dot.resolve()
    if dot.is_file():
        text = dot.read_bytes().decode("utf-8", "surrogateescape").rstrip("\r\n")
        if text.startswith("gitdir: "):
            return (folder / text.removeprefix("gitdir: ")).resolve()
    if (folder / "objects").is_dir() and (folder / "refs").is_dir():
        refuse(folder / "HEAD")
        return folder if (folder / "HEAD").is_file() else None
    return None
