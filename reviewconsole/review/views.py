"""Filters of the queue that a person has named, and the last one used; one JSON file in the state folder."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile
from threading import Lock

from reviewconsole.errors import StorageError

MOST = 100
_LARGEST = 1024 * 1024


class Views:
    """Name -> filter, as typed. What cannot be read counts as none: nothing is lost but a convenience."""

    def __init__(self, state_dir: Path) -> None:
        self._path = state_dir / "views.json"
        self._lock = Lock()

    def read(self) -> Mapping[str, str]:
        """All views, the last one used under the empty name."""
        with self._lock:
            try:
                if self._path.stat().st_size > _LARGEST:
                    return {}
                table = json.loads(self._path.read_text(encoding="utf-8"))
            except (OSError, ValueError, RecursionError):
                return {}
        if not isinstance(table, dict):
            return {}
        texts = [(name, text) for name, text in table.items() if isinstance(text, str)]
        return dict(texts[:MOST])

    def write(self, views: Mapping[str, str]) -> None:
        """Keep these views in place of the ones before."""
        with self._lock:
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                with NamedTemporaryFile("w", dir=self._path.parent, encoding="utf-8", delete=False) as file:
                    json.dump(dict(list(views.items())[-MOST:]), file, indent=1)
                os.replace(file.name, self._path)  # noqa: PTH105 - over the old one at once
            except OSError as error:
                raise StorageError(f"views cannot be kept: {error.strerror}") from error
