"""Patterns that are compiled on first use: the same answers, and no broken one that nobody meets."""

import gc
import importlib
import pickle
import pkgutil
import re

import reviewconsole
from reviewconsole import lazy_re


def lazy_patterns() -> list[lazy_re.Lazy]:
    for module in pkgutil.walk_packages(reviewconsole.__path__, "reviewconsole."):
        if not module.name.endswith("__main__") and ".demo.story" not in module.name:
            importlib.import_module(module.name)
    return [found for found in gc.get_objects() if isinstance(found, lazy_re.Lazy)]


def test_every_pattern_of_the_package_compiles() -> None:
    patterns = lazy_patterns()
    assert len(patterns) > 500
    for pattern in patterns:
        assert isinstance(re.compile(pattern.pattern, pattern.flags & ~re.UNICODE), re.Pattern)


def test_it_answers_as_a_compiled_pattern_does() -> None:
    ours, theirs = lazy_re.compile(r"(?P<n>\d+)-(x)?", re.IGNORECASE), re.compile(r"(?P<n>\d+)-(x)?", re.IGNORECASE)
    text = "1-X 22- 3"
    for name in ("search", "match", "findall", "split"):
        fresh = lazy_re.compile(ours.pattern, re.IGNORECASE)
        assert repr(getattr(fresh, name)(text)) == repr(getattr(theirs, name)(text))
    assert [m.span() for m in ours.finditer(text)] == [m.span() for m in theirs.finditer(text)]
    assert ours.sub(r"<\g<n>>", text, count=1) == theirs.sub(r"<\g<n>>", text, count=1)
    assert ours.fullmatch("7-x") and not ours.fullmatch("7-xy")
    assert (ours.groups, dict(ours.groupindex), ours.flags) == (theirs.groups, dict(theirs.groupindex), theirs.flags)
    assert pickle.loads(pickle.dumps(ours)).search("9-") is not None
    assert lazy_re.compile(rb"\d+").search(b"a12")[0] == b"12"
