"""The attributes whose change makes Terraform replace a resource, as generated from the providers' source."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from reviewconsole.detection.stateful import holds_data

_TABLE = Path(__file__).with_name("forcenew.json")


@cache
def _table() -> Mapping[str, Mapping[str, bool]]:
    types = json.loads(_TABLE.read_text("utf-8"))["types"]
    return {kind: {path.rstrip("?"): path.endswith("?") for path in paths} for kind, paths in types.items()}


@cache
def versions() -> str:
    """The providers and versions the table was made from, in words."""
    providers = json.loads(_TABLE.read_text("utf-8"))["providers"]
    return ", ".join(f"{name} {version}" for name, version in sorted(providers.items()))


def is_known(kind: str) -> bool:
    """Tell whether the table has a type."""
    return kind in _table()


def forces(kind: str, path: str) -> bool:
    """Tell whether a change of a path replaces a resource of a type."""
    return _listed(kind, path) is not None


def fills_in(kind: str, path: str) -> bool:
    """Tell whether the provider keeps its own value where the configuration says none."""
    return bool(_listed(kind, path))


def _listed(kind: str, path: str) -> bool | None:
    own = path.split("#", 1)[0].replace(".content.", ".")
    for listed, computed in _table().get(kind, {}).items():
        if own == listed or own.startswith(listed + "."):
            return computed
    return None


def is_grave(kind: str) -> bool:
    """Tell whether a replacement loses data or identity."""
    return holds_data(kind)
