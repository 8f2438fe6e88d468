"""Several repositories of one person: which they are, and what waits in each."""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import NamedTemporaryFile

import tomlkit
from tomlkit.exceptions import TOMLKitError

from reviewconsole.casefile import QueueEntry
from reviewconsole.config import Config
from reviewconsole.errors import FormatError, RepositoryError, ReviewConsoleError, StorageError
from reviewconsole.git.discovery import discover
from reviewconsole.git.repository import Repository
from reviewconsole.review.workspace import Workspace


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """The queue of one repository, or why it cannot be read."""

    path: Path
    name: str
    identity: str = ""
    target: str = ""
    entries: tuple[QueueEntry, ...] = ()
    notices: tuple[str, ...] = ()
    fault: str = ""


def everywhere(
    config: Config, environ: Mapping[str, str], *, everything: bool = False, stacked: bool = False
) -> Iterator[Listed]:
    """List what waits in each repository of the settings, by its own policy and target."""
    for path in config.repositories:
        try:
            workspace = Workspace.open(path, environ)
            yield Listed(
                path=path,
                name=workspace.repository_name,
                identity=workspace.identity,
                target=workspace.target,
                entries=workspace.queue(everything=everything, stacked=stacked),
                notices=workspace.notices,
            )
        except ReviewConsoleError as error:
            yield Listed(path=path, name=path.name, fault=f"{error}; {error.remedy}" if error.remedy else str(error))


def elsewhere(
    config: Config, environ: Mapping[str, str], home: Workspace
) -> Iterator[tuple[Path, Callable[[], Workspace]]]:
    """The repositories of the settings beside the one that is open, each with what opens it."""
    known = {home.store.repository.git_dir}
    for path in config.repositories:
        try:
            git_dir = discover(path)
        except RepositoryError:
            git_dir = path
        if git_dir not in known:
            known.add(git_dir)
            yield path, partial(_open, path, environ)


def _open(path: Path, environ: Mapping[str, str]) -> Workspace:
    workspace = Workspace.open(path, environ)
    workspace.in_background()
    return workspace


def add(config: Config, environ: Mapping[str, str], path: Path) -> tuple[Path, bool]:
    """Name one more repository in config.toml, whose comments and order stay; gives its place and whether it is new.

    RepositoryError where there is no repository; StorageError where the file cannot be written.
    """
    git_dir = Repository.open(path, environ).git_dir
    place = (git_dir.parent if git_dir.name == ".git" else path).resolve()
    if any(place == known.resolve() for known in config.repositories):
        return place, False
    file = config.config_dir / "config.toml"
    try:
        document = tomlkit.parse(file.read_text(encoding="utf-8") if file.exists() else "")
        names = document.setdefault("repositories", tomlkit.array().multiline(multiline=True))
        names.append(str(place))
        _replace(file, tomlkit.dumps(document))
    except TOMLKitError as error:
        raise FormatError(f"cannot be read: {error}", place=str(file)) from error
    except OSError as error:
        raise StorageError(f"{file} cannot be written: {error.strerror}") from error
    return place, True


def _replace(file: Path, text: str) -> None:
    """Write a file as a whole; where it is a link, what it leads to."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file = file.resolve()
    with NamedTemporaryFile("w", dir=file.parent, encoding="utf-8", delete=False) as out:
        try:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
            if file.exists():
                Path(out.name).chmod(file.stat().st_mode & 0o777)
            Path(out.name).replace(file)
        except BaseException:
            Path(out.name).unlink(missing_ok=True)
            raise
