"""Scan changes: from the cache, in worker processes, or here.

A console must not stop for a scan, and Python's interpreter lock would make it: with processes, the
rules run elsewhere, several changes at a time. What a stage of a scan has found comes over a queue
that all processes share.
"""

import os
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING

from reviewconsole.change import Change, Oid
from reviewconsole.detection import Progress, RuleSettings, ScanResult, Told, engine_digest, scan
from reviewconsole.diff import FileDiff
from reviewconsole.errors import FormatError, RepositoryError
from reviewconsole.git.repository import Repository
from reviewconsole.loading import results
from reviewconsole.loading.cache import Cache
from reviewconsole.loading.content import load_trees
from reviewconsole.loading.trees import CommitTree

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor
    from multiprocessing.queues import SimpleQueue as SharedQueue

PROCESSES = 2
_BEHIND = 10
"""How much a scan's process gives way to the interface (nice(2)): on two cores a key would wait for them."""
_PULSE = 0.2
"""Seconds after which whoever waits for a scan is told that it goes on."""
_Told = tuple[str, Progress] | None
_OUT: "list[SharedQueue[_Told]]" = []
"""In a worker: where progress is told, with the key of the scan."""


@dataclass(slots=True)
class Scanner:
    """Scans the changes of one repository. With `background`, in processes of its own."""

    repository: Repository
    cache: Cache | None = None
    background: bool = False
    own_digest: str = ""
    """Of the person's own packs, which the engine digest leaves out."""
    pending: "dict[str, Future[ScanResult]]" = field(default_factory=dict)
    pool: "ProcessPoolExecutor | None" = None
    heard: dict[str, "SimpleQueue[Progress | None]"] = field(default_factory=dict)
    """Key of a scan that is waited for -> what was told of it."""
    told: "SharedQueue[_Told] | None" = None

    def in_background(self) -> None:
        """Scan in processes from now on.

        To be called before an interface takes the terminal's streams over: what multiprocessing starts
        first inherits stderr by its number, which an interface's stand-in for it does not have.
        """
        from multiprocessing.resource_tracker import ensure_running

        _start_elsewhere()
        ensure_running()
        self.background = True

    def _key(self, change: Change, settings: RuleSettings) -> str:
        # Everything a rule can see hangs on the two trees; ids of trees name all blobs in them.
        return "\0".join((engine_digest(settings), self.own_digest, change.base_tree, change.head_tree))

    def scan(
        self, change: Change, files: Sequence[FileDiff], settings: RuleSettings, told: Told | None = None
    ) -> ScanResult:
        """Scan one change, or take what is known of it; `told` hears how it goes."""
        key = self._key(change, settings)
        known = self._cached(key)
        if known is not None:
            return known
        elsewhere = self.background or key in self.pending
        result = self._elsewhere(key, change, settings, told) if elsewhere else None
        if result is None:
            result = scan_trees(self.repository, change.base_tree, change.head_tree, files, settings, told=told)
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
                self.pool = self._start()
            future = self.pool.submit(
                _job,
                self.repository.git_dir,
                dict(self.repository.environ),
                change.base_tree,
                change.head_tree,
                settings,
                key=key if key in self.heard else "",
            )
        except (OSError, RuntimeError, ValueError):  # no processes to be had: the scan happens here
            return None
        self.pending[key] = future
        return future

    def _start(self) -> "ProcessPoolExecutor":
        from concurrent.futures import ProcessPoolExecutor
        from multiprocessing import get_context

        _start_elsewhere()
        context = get_context("spawn")
        self.told = context.SimpleQueue()
        Thread(target=self._listen, args=(self.told,), daemon=True).start()
        return ProcessPoolExecutor(
            PROCESSES, mp_context=context, initializer=_begin, initargs=(self.told, self.background)
        )

    def _listen(self, told: "SharedQueue[_Told]") -> None:
        """Take what the processes tell, so that none of them ever waits for a reader."""
        for key, progress in iter(told.get, None):
            heard = self.heard.get(key)
            if heard is not None:
                heard.put(progress)

    def _elsewhere(self, key: str, change: Change, settings: RuleSettings, told: Told | None) -> ScanResult | None:
        from concurrent.futures.process import BrokenProcessPool

        heard: SimpleQueue[Progress | None] = SimpleQueue()
        if told is not None:
            self.heard[key] = heard
        try:
            future = self.pending.get(key) or self._submit(key, change, settings)
            if future is None:
                return None
            if told is not None:
                _wait(future, heard, told)
            self.pending.pop(key, None)
            return future.result()
        except (BrokenProcessPool, RepositoryError, FormatError, OSError):
            self.pending.pop(key, None)
            self._drop()
            return None
        finally:
            self.heard.pop(key, None)

    def _drop(self) -> None:
        if self.told is not None:
            self.told.put(None)
        self.pool = self.told = None

    def cancel(self) -> None:
        """Give up what was started and nobody waits for."""
        for key, future in list(self.pending.items()):
            if future.done() and not future.cancelled() and future.exception() is None:
                self._keep(key, future.result())
            future.cancel()
        self.pending.clear()

    def close(self) -> None:
        """End the processes; an interface goes at once, since they end with it, and others wait for what they began."""
        self.cancel()
        if self.pool is not None:
            self.pool.shutdown(wait=not self.background, cancel_futures=True)
        self._drop()


def _start_elsewhere() -> None:
    """Let no helper import from the folder it starts in: that may be the one under review."""
    os.environ["PYTHONSAFEPATH"] = "1"


def _wait(future: "Future[ScanResult]", heard: "SimpleQueue[Progress | None]", told: Told) -> None:
    """Pass on what is heard until the scan has ended; what `told` raises leaves it to go on alone."""
    future.add_done_callback(lambda _: heard.put(None))
    while not future.done():
        try:
            told(heard.get(timeout=_PULSE))
        except Empty:
            told(None)


def scan_trees(
    repository: Repository,
    base: Oid,
    head: Oid,
    files: Sequence[FileDiff],
    settings: RuleSettings,
    *,
    told: Told | None = None,
) -> ScanResult:
    """Scan the files between two trees; what the trees could not answer is among the notes."""
    old_tree, new_tree = CommitTree(repository, base), CommitTree(repository, head)
    result = scan(files, settings=settings, old_tree=old_tree, new_tree=new_tree, told=told)
    return replace(result, notes=(*result.notes, *old_tree.notes, *new_tree.notes))


def _follow() -> None:
    """End with the process that started this one, however that ended."""
    from multiprocessing import parent_process

    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _begin(told: "SharedQueue[_Told]", background: bool) -> None:  # noqa: FBT001 - initargs are positional
    """The terminal's interrupt is for the program, not for its helpers; behind an interface they let it go first."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_follow, daemon=True).start()
    if background:
        os.nice(_BEHIND)
    _OUT[:] = [told]


def _job(
    git_dir: Path, environ: Mapping[str, str], base: Oid, head: Oid, settings: RuleSettings, *, key: str
) -> ScanResult:
    """Scan in a worker; `key` is empty where nobody wants to hear of progress."""
    repository = Repository(git_dir, environ)

    def told(progress: Progress | None) -> None:
        if progress is not None:
            _OUT[0].put((key, progress))

    files = load_trees(repository, base, head).files
    return scan_trees(repository, base, head, files, settings, told=told if key else None)
