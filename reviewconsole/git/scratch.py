"""A folder on disk for the time of one task."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import TracebackType


class Scratch:
    """Something that needs a folder; a context manager, at whose end the folder is gone."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._folders: list[tempfile.TemporaryDirectory[str]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: "TracebackType | None"
    ) -> None:
        while self._folders:
            self._folders.pop().cleanup()

    def folder(self) -> Path:
        """Make an empty folder that only this user can read; OSError where none can be made."""
        made = tempfile.TemporaryDirectory(prefix=f"reviewconsole-{self._name}-")
        self._folders.append(made)
        return Path(made.name)
