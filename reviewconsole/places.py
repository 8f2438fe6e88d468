"""Where a person's own files lie (XDG Base Directory Specification)."""

from collections.abc import Mapping
from pathlib import Path


def xdg(environ: Mapping[str, str], variable: str, default: str) -> Path:
    """The folder of this program under an XDG variable; a relative value is ignored, as the specification says."""
    named = environ.get(variable, "")
    home = Path(environ.get("HOME") or Path.home())
    return (Path(named) if named.startswith("/") else home / default) / "reviewconsole"
