"""Path patterns of policy files: `*` within a name, `**` across folders, `{name}` one name.

Patterns are turned into expressions of a linear-time engine, so that no policy can hang a gate.
"""

import re2

from reviewconsole.errors import FormatError


def _expression(pattern: str) -> str:
    out = []
    rest = pattern
    while rest:
        if rest.startswith("**/"):
            out.append("(?:.*/)?")
            rest = rest[3:]
        elif rest.startswith("**"):
            out.append(".*")
            rest = rest[2:]
        elif rest[0] == "*":
            out.append("[^/]*")
            rest = rest[1:]
        elif rest[0] == "?":
            out.append("[^/]")
            rest = rest[1:]
        else:
            out.append(re2.escape(rest[0]))
            rest = rest[1:]
    return "(?s)" + "".join(out)


class Glob:
    """One compiled path pattern."""

    def __init__(self, pattern: str, *, place: str = "") -> None:
        if not pattern:
            raise FormatError("an empty pattern matches nothing", place=place)
        self.pattern = pattern
        self._compiled = re2.compile(_expression(pattern))

    def matches(self, path: str) -> bool:
        """Tell whether the whole path matches; bytes that are not UTF-8 match `*` alone."""
        return self._compiled.fullmatch(path.encode("utf-8", "replace").decode("utf-8")) is not None

    def __repr__(self) -> str:
        return f"Glob({self.pattern!r})"


class Globs:
    """A list of patterns; matches where any of them does."""

    def __init__(self, patterns: tuple[str, ...], *, place: str = "") -> None:
        self.patterns = patterns
        self._globs = tuple(Glob(pattern, place=f"{place}[{index}]") for index, pattern in enumerate(patterns))

    def matches(self, path: str) -> bool:
        """Tell whether any pattern matches the whole path."""
        return any(glob.matches(path) for glob in self._globs)
