"""Scans from the cache, in processes and in place give the same; a spoilt cache is as none."""

import os
from dataclasses import replace

import pytest

from reviewconsole.detection import RuleSettings
from reviewconsole.git.repository import Repository
from reviewconsole.loading import cache as caching
from reviewconsole.loading import changes, results, scanning
from reviewconsole.loading.cache import Cache
from reviewconsole.loading.content import load_content
from reviewconsole.loading.scanning import Scanner
from reviewconsole.review.workspace import Workspace
from tests.e2e.world import build, offer

SWALLOW = "def pay():\n    try:\n        return charge()\n    except Exception:\n        pass\n"


@pytest.fixture
def world(tmp_path):
    world = build(tmp_path)
    offer(world, "feat", {"app.py": SWALLOW, "ops/clean.sh": "dropdb orders\n"})
    return world


@pytest.fixture
def change(world):
    repository = Repository.open(world["alice"].clone, world["alice"].env)
    return changes.one(repository, changes.find_targets(repository, None), "origin/feat")


def scan(world, change, **options):
    repository = Repository.open(world["alice"].clone, world["alice"].env)
    scanner = Scanner(repository, **options)
    try:
        return scanner.scan(change, load_content(repository, change).files, RuleSettings())
    finally:
        scanner.close()


def test_here_in_a_process_and_from_the_cache_give_the_same(world, change, tmp_path, monkeypatch):
    here = scan(world, change)
    assert {f.rule for f in here.findings} >= {"swallowed-error", "destroy-command"}
    cache = Cache(tmp_path / "cache")
    assert scan(world, change, cache=cache, background=True) == here
    monkeypatch.setattr(scanning, "scan_trees", lambda *_: pytest.fail("scanned again"))
    assert scan(world, change, cache=cache) == here


def test_a_spoilt_entry_is_no_entry(world, change, tmp_path):
    cache = Cache(tmp_path / "cache")
    here = scan(world, change, cache=cache)
    [entry] = [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    assert entry.stat().st_mode & 0o077 == 0
    whole = entry.read_bytes()
    for data in (b"", b"x", whole[:-5], whole.replace(b"critical", b"lowlowlo"), b"\n" * 9, whole[65:]):
        entry.write_bytes(data)
        assert scan(world, change, cache=cache) == here
    entry.write_bytes(whole)
    entry.chmod(0)
    assert scan(world, change, cache=cache) == here


def test_an_entry_of_another_key_or_another_shape_is_no_result(tmp_path):
    cache = Cache(tmp_path)
    cache.put("scan", "a", {"findings": [{}]})
    assert results.from_json(cache.get("scan", "a")) is None
    one, two = cache._path("scan", "a"), cache._path("scan", "b")
    two.parent.mkdir(parents=True, exist_ok=True)
    two.write_bytes(one.read_bytes())
    assert cache.get("scan", "b") is None
    for odd in (None, [], 5, {"findings": 5}, {"findings": [], "notes": [], "dropped": [], "places": [[1]]}):
        assert results.from_json(odd) is None


def test_the_cache_stays_small_and_a_folder_that_cannot_be_written_is_no_error(tmp_path, monkeypatch):
    monkeypatch.setattr(caching, "MOST_FILES", 8)
    cache = Cache(tmp_path / "c")
    for number in range(20):
        cache.put("scan", str(number), number)
    cache.sweep()
    assert sum(path.is_file() for path in (tmp_path / "c").rglob("*")) <= 8
    (tmp_path / "file").write_text("")
    Cache(tmp_path / "file").put("scan", "a", 1)
    assert Cache(tmp_path / "file").get("scan", "a") is None
    monkeypatch.setattr(caching, "LARGEST", 10)
    cache.put("scan", "large", "x" * 100)
    assert cache.get("scan", "large") is None


def test_a_scan_that_did_not_end_is_not_kept(world, change, tmp_path, monkeypatch):
    cache = Cache(tmp_path / "cache")
    monkeypatch.setattr("reviewconsole.detection.ast_grep.binary", lambda: None)
    assert any("did not run" in note for note in scan(world, change, cache=cache).notes)
    assert not list((tmp_path / "cache").rglob("*"))


def test_a_queue_read_in_the_background_is_the_queue(world):
    alice = world["alice"]
    for number in range(3):
        offer(world, f"b{number}", {"app.py": f"def pay():\n    return {number + 5}\n", f"s{number}.sh": "dropdb x\n"})
    plain = Workspace.open(alice.clone, {**alice.env, "XDG_CACHE_HOME": str(alice.home / "one")}).queue()
    other = Workspace.open(alice.clone, {**alice.env, "XDG_CACHE_HOME": str(alice.home / "two")})
    other.in_background()
    try:
        assert other.queue() == plain
        assert len(plain) == 4
        assert other.open_change("origin/feat").risk == next(e.risk for e in plain if "feat" in e.change.ref)
    finally:
        other.close()


def test_a_worker_that_dies_costs_a_scan_here_and_nothing_else(world, change, monkeypatch):
    here = scan(world, change)
    repository = Repository.open(world["alice"].clone, world["alice"].env)
    scanner = Scanner(replace_environ(repository), background=True)
    try:
        scanner.prefetch([(change, RuleSettings())])
        for process in scanner.pool._processes.values():
            process.kill()
        assert scanner.scan(change, load_content(repository, change).files, RuleSettings()) == here
    finally:
        scanner.close()


def replace_environ(repository):
    assert os.path.isdir(repository.git_dir)
    return repository


def test_a_stale_result_never_answers_for_other_content_or_settings(world, change, tmp_path):
    cache = Cache(tmp_path / "cache")
    repository = Repository.open(world["alice"].clone, world["alice"].env)
    files = load_content(repository, change).files
    scanner = Scanner(repository, cache)
    whole = scanner.scan(change, files, RuleSettings())
    less = scanner.scan(change, files, RuleSettings(disable=frozenset({"destroy-command"})))
    assert len(less.findings) < len(whole.findings)
    nothing = scanner.scan(replace(change, head_tree=change.base_tree), (), RuleSettings())
    assert nothing.findings == ()
