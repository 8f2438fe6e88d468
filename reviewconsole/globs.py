"""Path patterns of policy files: `*` within a name, `**` across folders, `{name}` one name.

Patterns are turned into expressions of a linear-time engine, so that no policy can hang a gate.
"""

from collections.abc import Mapping

import re2

from reviewconsole.errors import FormatError

_NAME = re2.compile(r"\{([a-z][a-z0-9_]*)\}")


def _expression(pattern: str, values: Mapping[str, str] | None = None) -> str:
    """Translate a pattern; a `{name}` becomes its value, or else a group that any one name matches."""
    out = []
    named: set[str] = set()
    rest = pattern
    while rest:
        found = _NAME.match(rest)
        if found is not None:
            name = found[1]
            if values is not None and name in values:
                out.append(re2.escape(values[name]))
            else:
                out.append("[^/]+" if name in named else f"(?P<{name}>[^/]+)")
                named.add(name)
            rest = rest[found.end() :]
            continue
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


def _plain(path: str) -> str:
    return path.encode("utf-8", "replace").decode("utf-8")


class Glob:
    """One compiled path pattern."""

    def __init__(self, pattern: str, *, place: str = "", values: Mapping[str, str] | None = None) -> None:
        if not pattern:
            raise FormatError("an empty pattern matches nothing", place=place)
        self.pattern = pattern
        if _plain(pattern) != pattern:
            raise FormatError("a pattern is UTF-8", place=place)
        self._compiled = compile_pattern(_expression(pattern, values), place)

    def matches(self, path: str) -> bool:
        """Tell whether the whole path matches; bytes that are not UTF-8 match `*` alone."""
        return self._compiled.fullmatch(_plain(path)) is not None

    def captures(self, path: str) -> dict[str, str] | None:
        """Give what each `{name}` stands for when the whole path matches, else None."""
        found = self._compiled.fullmatch(_plain(path))
        return None if found is None else dict(found.groupdict())

    def filled(self, values: Mapping[str, str]) -> "Glob":
        """The same pattern with the given names in place of `{name}`."""
        return Glob(self.pattern, values=values)

    def __repr__(self) -> str:
        return f"Glob({self.pattern!r})"


class Globs:
    """A list of patterns; matches where any of them does."""

    def __init__(self, patterns: tuple[str, ...], *, place: str = "") -> None:
        self.patterns = patterns
        self.each = tuple(Glob(pattern, place=f"{place}[{index}]") for index, pattern in enumerate(patterns))

    def matches(self, path: str) -> bool:
        """Tell whether any pattern matches the whole path."""
        return any(glob.matches(path) for glob in self.each)


class Units:
    """Patterns whose first group, or `{name}`, names the unit that a path belongs to, e.g. `services/([^/]+)/**`."""

    def __init__(self, patterns: tuple[str, ...], *, place: str = "") -> None:
        self.patterns = patterns
        self._compiled = tuple(_unit(pattern, f"{place}[{index}]") for index, pattern in enumerate(patterns))

    def of(self, path: str) -> tuple[int, str] | None:
        """The pattern's index and the unit's name of a path; None where it belongs to no unit."""
        for index, compiled in enumerate(self._compiled):
            found = compiled.fullmatch(_plain(path))
            if found is not None:
                return index, str(found[1])
        return None


def _unit(pattern: str, place: str) -> "re2._Regexp":
    before, opened, rest = pattern.partition("(")
    inner, closed, after = rest.partition(")")
    if opened and not closed:
        raise FormatError("has an open group", place=place)
    text = _expression(pattern) if not opened else _expression(before) + f"({inner})" + _expression(after)[4:]
    compiled = compile_pattern(text, place)
    if not compiled.groups:
        raise FormatError("has no group that names the unit", place=place)
    return compiled


def compile_pattern(pattern: str, place: str) -> "re2._Regexp":
    """Compile an expression with the linear-time engine; FormatError with its place where it is none."""
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        raise FormatError(f"no expression that RE2 reads: {str(error)[:200]}", place=place) from error
