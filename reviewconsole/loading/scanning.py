"""Scan changes: from the cache, in worker processes, or here.

A console must not stop for a scan, and Python's interpreter lock would make it: with processes, the
rules run elsewhere, several changes at a time.
"""

import signal
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from multiprocessing.resource_tracker import ensure_running
from pathlib import Path

from reviewconsole.change import Change, Oid
from reviewconsole.detection import RuleSettings, ScanResult, engine_digest, scan
from reviewconsole.diff import FileDiff
from reviewconsole.errors import FormatError, RepositoryError
from reviewconsole.git.repository import Repository
from reviewconsole.loading import results
from reviewconsole.loading.cache import Cache
from reviewconsole.loading.content import load_trees
from reviewconsole.loading.trees import CommitTree

PROCESSES = 2


@dataclass(slots=True)
class Scanner:
    """Scans the changes of one repository. With `background`, in processes of its own."""

    repository: Repository
    cache: Cache | None = None
    background: bool = False
    own_digest: str = ""
    """Of the person's own packs, which the engine digest leaves out."""
    pending: dict[str, Future[ScanResult]] = field(default_factory=dict)
    pool: ProcessPoolExecutor | None = None

    def in_background(self) -> None:
        """Scan in processes from now on.

        To be called before an interface takes the terminal's streams over: what multiprocessing starts
        first inherits stderr by its number, which an interface's stand-in for it does not have.
        """
        ensure_running()
        self.background = True

    def _key(self, change: Change, settings: RuleSettings) -> str:
        # Everything a rule can see hangs on the two trees; ids of trees name all blobs in them.
        return "\0".join((engine_digest(settings), self.own_digest, change.base_tree, change.head_tree))

    def scan(self, change: Change, files: Sequence[FileDiff], settings: RuleSettings) -> ScanResult:
        """Scan one change, or take what is known of it."""
        key = self._key(change, settings)
        known = self._cached(key)
        if known is not None:
            return known
        result = self._elsewhere(key, change, settings) if self.background or key in self.pending else None
        if result is None:
            result = scan_trees(self.repository, change.base_tree, change.head_tree, files, settings)
        self._keep(key, result)
        return result

    def _cached(self, key: str) -> ScanResult | None:
        return results.from_json(self.cache.get("scan", key)) if self.cache is not None else None

    def _keep(self, key: str, result: ScanResult) -> None:
        if self.cache is not None and results.whole(result):
            self.cache.put("scan", key, results.to_json(result))

    def prefetch(self, wanted: Sequence[tuple[Change, RuleSettings]]) -> int:
        """Start scanning changes that are not known yet, several at a time; gives how many."""
        started = 0
        for change, settings in wanted:
            key = self._key(change, settings)
            if key not in self.pending and self._cached(key) is None:
                started += self._submit(key, change, settings) is not None
        return started

    def _submit(self, key: str, change: Change, settings: RuleSettings) -> "Future[ScanResult] | None":
        try:
            if self.pool is None:
                self.pool = ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn"), initializer=_quiet)
            future = self.pool.submit(
                _job,
                self.repository.git_dir,
                dict(self.repository.environ),
                change.base_tree,
                change.head_tree,
                settings,
            )
        except (OSError, RuntimeError, ValueError):  # no processes to be had: the scan happens here
            return None
        self.pending[key] = future
        return future

    def _elsewhere(self, key: str, change: Change, settings: RuleSettings) -> ScanResult | None:
        future = self.pending.pop(key, None) or self._submit(key, change, settings)
        self.pending.pop(key, None)
        if future is None:
            return None
        try:
            return future.result()
        except (BrokenProcessPool, RepositoryError, FormatError, OSError):
            self.pool = None
            return None

    def cancel(self) -> None:
        """Give up what was started and nobody waits for."""
        for key, future in list(self.pending.items()):
            if future.done() and not future.cancelled() and future.exception() is None:
                self._keep(key, future.result())
            future.cancel()
        self.pending.clear()

    def close(self) -> None:
        """End the processes."""
        self.cancel()
        if self.pool is not None:
            self.pool.shutdown(wait=False, cancel_futures=True)
            self.pool = None


def scan_trees(
    repository: Repository, base: Oid, head: Oid, files: Sequence[FileDiff], settings: RuleSettings
) -> ScanResult:
    """Scan the files between two trees; what the trees could not answer is among the notes."""
    old_tree, new_tree = CommitTree(repository, base), CommitTree(repository, head)
    result = scan(files, settings=settings, old_tree=old_tree, new_tree=new_tree)
    return replace(result, notes=(*result.notes, *old_tree.notes, *new_tree.notes))


def _quiet() -> None:
    """The terminal's interrupt is for the program, not for its helpers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _job(git_dir: Path, environ: Mapping[str, str], base: Oid, head: Oid, settings: RuleSettings) -> ScanResult:
    repository = Repository(git_dir, environ)
    return scan_trees(repository, base, head, load_trees(repository, base, head).files, settings)
