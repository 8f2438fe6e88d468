"""`re`, but a pattern is compiled when it is first used: most modules' patterns meet no line of a given change.

Use as `from reviewconsole import lazy_re as re`. A pattern that does not compile is found on first use, so a
test compiles them all. Not for patterns of users: those go through google-re2.
"""

import re
from re import (
    ASCII,
    DOTALL,
    IGNORECASE,
    MULTILINE,
    Match,
    Pattern,
    escape,
    findall,
    finditer,
    fullmatch,
    match,
    search,
    split,
    sub,
)
from typing import Any, AnyStr, cast

__all__ = [
    "ASCII", "DOTALL", "IGNORECASE", "MULTILINE", "Match", "Pattern", "compile", "escape", "findall", "finditer",
    "fullmatch", "match", "search", "split", "sub",
]  # fmt: skip

_USED = ("findall", "finditer", "flags", "fullmatch", "groupindex", "groups", "match", "search", "split", "sub", "subn")


class Lazy:
    """Stands in for one `re.Pattern`; after the first use its attributes are those of the compiled one."""

    __slots__ = ("_flags", "pattern", *_USED)

    def __init__(self, pattern: str | bytes, flags: int) -> None:
        self.pattern = pattern
        self._flags = flags

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the compiled pattern has
        """Compile; called for an attribute that is not set yet."""
        if name.startswith("__"):
            raise AttributeError(name)
        compiled = re.compile(self.pattern, self._flags)
        for each in _USED:
            setattr(self, each, getattr(compiled, each))
        return getattr(compiled, name)

    def __reduce__(self) -> tuple[type["Lazy"], tuple[str | bytes, int]]:
        return Lazy, (self.pattern, self._flags)


def compile(pattern: AnyStr, flags: int = 0) -> Pattern[AnyStr]:  # noqa: A001 - the name it has in `re`
    """Give a pattern that compiles itself when it is first used."""
    return cast("Pattern[AnyStr]", Lazy(pattern, flags))
