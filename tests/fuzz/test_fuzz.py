"""Every reader of untrusted bytes, on mutated input: an error with words, or a value, and never anything else.

The long run is `python -m benchmarks.fuzz`.
"""

import json
import random
import resource
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.fuzz.targets import TARGETS, attempt, mutations
from reviewconsole import canonical
from reviewconsole.diff import parse_hunks
from reviewconsole.errors import FormatError, RepositoryError
from reviewconsole.git.trees import raw_rows
from reviewconsole.globs import Glob

BEGUN = {"commit", "signature", "journal", "srctrace", "whogitit", "witness", "envelope"}
"""Targets whose seeds have the right form, and are refused for what they say."""
SLOW = {"config", "agents", "rule-pack"}


@pytest.mark.parametrize("name", TARGETS)
def test_a_reader_refuses_with_words_or_reads(name: str) -> None:
    target = TARGETS[name]
    seeds = target.seeds()
    start, before = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for seed in seeds:
        assert attempt(target, seed) is None or name in BEGUN, name

    @settings(
        max_examples=60 if name in SLOW else 250, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(
        st.one_of(
            st.binary(max_size=400),
            st.integers(0, 2**32).map(lambda seed: next(mutations(random.Random(seed), seeds, target.words))),
        )
    )
    def run(data: bytes) -> None:
        attempt(target, data)

    run()
    assert time.monotonic() - start < 60
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 500_000, "kilobytes"


LARGE = {
    "policy": b"version = 1\n" + b'[[rule]]\nid = "x"\n' * 20_000,
    "policy deep": b"a = " + b"[" * 50_000,
    "signers": b"alice ssh-ed25519 AAAA\n" * 100_000,
    "revocations": b"SHA256:" + b"A" * 1_000_000,
    "notes": b'approve\nreason: "x"\n\n' + b'{"payloadType":1}\n' * 50_000,
    "record": b'{"a":' * 10_000,
    "canonical": b"[" * 60_000,
    "canonical numbers": b"[" + b"9" * 60_000 + b"]",
    "sarif": b'{"version":"2.1.0","runs":[' + b"[" * 100_000,
    "rule-pack": b"id: x\nlanguage: python\nrule: {pattern: x}\nnote: &a [x]\n" + b"b: [*a, *a, *a, *a]\n" * 2000,
    "rule-pack deep": b"id: x\nrule: " + b"{any: [" * 2000,
    "theme": b"[variables]\n" + b"".join(b"k%d = 1\n" % n for n in range(50_000)),
    "config": b"[keys]\n" + b"".join(b"a.b%d = 'x'\n" % n for n in range(5_000)),
    "hunks": b"@@ -1,1 +1,1 @@\n" * 20_000,
    "hunks count": b"@@ -1,999999999 +1,999999999 @@\n+x\n",
    "commit": b"tree " + b"1" * 40 + b"\n" + b"author <<<<" * 100_000,
    "commit parents": b"tree " + b"1" * 40 + b"\n" + (b"parent " + b"2" * 40 + b"\n") * 50_000,
    "globs": b"**" * 20_000 + b"\0" + b"a/" * 2000,
    "git-ai": b"a.py\n  k " + b"1-2," * 100_000 + b"\n---\n{}",
    "display": b"\x1b" * 1_000_000,
    "journal": b"1 a b\n" * 100_000,
}


@pytest.mark.parametrize("name", LARGE)
def test_large_input_ends_soon(name: str) -> None:
    start = time.monotonic()
    attempt(TARGETS[name.split(maxsplit=1)[0]], LARGE[name])
    assert time.monotonic() - start < 15


def test_what_the_fuzzing_found() -> None:
    lone = json.dumps({"caf\u00e9 \ud800": 1}, ensure_ascii=False).encode("utf-8", "backslashreplace")
    for reader in (canonical.parse, lambda raw: canonical.dump({"a\ud800": raw.decode()})):
        with pytest.raises(FormatError, match="surrogates"):
            reader(lone)
    with pytest.raises(FormatError):
        parse_hunks("a", b"@@ -0,0 +1,1 @@\n\\ No newline at end of file\n+x\n")
    for cut in (b":100644", b":100644\0a", b":1 2 3\0a\0"):
        with pytest.raises(RepositoryError):
            raw_rows(cut)
    with pytest.raises(FormatError, match="UTF-8"):
        Glob("\udcff*")


def test_the_engine_without_atheris_finds_what_is_planted(tmp_path: Path) -> None:
    from benchmarks.fuzz.__main__ import plain
    from benchmarks.fuzz.targets import Target

    def fragile(data: bytes) -> None:
        if b"!" in data:
            raise IndexError("planted")

    count, found = plain("signers", Target(run=fragile, seeds=lambda: [b"abc"], words=(b"!",)), 20, tmp_path)
    assert "planted" in found[0]
    assert b"!" in Path(found[1]).read_bytes()
    assert count < 10_000
