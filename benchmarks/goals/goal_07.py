"""Goals 7 and 8: many processes write to one repository, and many reviewers push to one remote."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks import stores
from benchmarks.goals.core import Row, Setting, git
from reviewconsole.attestation import payload_bytes
from reviewconsole.chain import log_ref
from reviewconsole.git import notes
from reviewconsole.git.repository import Repository
from reviewconsole.sshkey import key8

_WRITERS, _EACH = 8, 25
_SHARED = "refs/notes/reviewconsole/shared/00000000-00000000"


def run(
    kind: str, folders: Sequence[Path], store: stores.Synthetic, keys: Path, each: int, *, shared: bool
) -> tuple[float, int, int]:
    """Start one process a folder at one moment; gives seconds until the last ended, decisions and retries."""
    heads = git(store.git_dir, "rev-list", f"-{each}", "main").decode().split()
    start = time.time() + 1.5 + 0.1 * len(folders)
    started = []
    for number, folder in enumerate(folders):
        person = store.reviewers[number % len(store.reviewers)]
        own = log_ref(person.name, key8(person.signer.public_blob), f"{number + 16:08x}")
        job = {
            "kind": kind, "folder": str(folder), "ref": _SHARED if shared else own, "heads": heads, "start": start,
            "name": person.name, "key": str(keys / f"key{number % len(store.reviewers)}"), "public": person.public,
            "template": payload_bytes(store.template).decode(),
        }  # fmt: skip
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.goals.writers"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert process.stdin is not None
        process.stdin.write(json.dumps(job))
        process.stdin.close()
        started.append(process)
    said = [json.loads(process.stdout.read()) for process in started if process.stdout is not None]
    for process in started:
        process.wait()
    seconds = max(each["end"] for each in said) - start
    return seconds, sum(each["done"] for each in said), sum(each["again"] for each in said)


def held(folder: Path, prefix: str) -> int:
    """How many records (or lines of plain notes) the refs of a repository hold."""
    repository = Repository.open(folder, stores.ENVIRON)
    texts = [raw for _, read in notes.read_logs(repository, prefix, {}) for raw in read.notes.values()]
    return sum(max(raw.count(b'{"payloadType"'), len(raw.split(b"\n\n")) if b"{" not in raw else 0) for raw in texts)


def fresh(folder: Path, store: stores.Synthetic, count: int = 0) -> list[Path]:
    """A remote that holds the commits alone, and clones of it; without a count, just the repository."""
    remote = folder / "remote.git"
    git(folder, "clone", "-q", "--bare", "--single-branch", str(store.git_dir), str(remote))
    clones = [folder / f"clone-{number}.git" for number in range(count)]
    for clone in clones:
        git(folder, "clone", "-q", "--bare", "--single-branch", str(remote), str(clone))
    return [remote, *clones]


def rows(setting: Setting) -> Iterator[Row]:
    """Both goals, on a store of 200 commits; the journal and the look at the change are left out."""
    store, keys = setting.store(200), setting.folder / "store-200" / "keys"
    ratios, lost, took = [], [], 0.0
    for number in range(setting.rounds):
        folder = setting.folder / f"writers-{number}"
        (folder / "plain").mkdir(parents=True)
        (folder / "ours").mkdir()
        [plain], [ours] = fresh(folder / "plain", store), fresh(folder / "ours", store)
        base, said, _ = run("append", [plain] * _WRITERS, store, keys, _EACH, shared=True)
        lost.append(said - held(plain, "refs/notes/reviewconsole"))
        took, done, _ = run("write", [ours] * _WRITERS, store, keys, _EACH, shared=False)
        if held(ours, "refs/notes/reviewconsole") != done or done != _WRITERS * _EACH:
            raise SystemExit("a record was lost")
        ratios.append(took / base)
    yield Row(
        goal=7,
        what=f"{_WRITERS} processes x {_EACH} records, none lost, against `git notes append`, which lost {lost}",
        on="one repository", bound=2, ratios=ratios, seconds=took, done=f"{_WRITERS * _EACH} records",
    )  # fmt: skip
    ratios, retries = [], []
    for number in range(setting.rounds):
        times = []
        for shared in (True, False):
            folder = setting.folder / f"pushers-{number}-{shared}"
            folder.mkdir()
            remote, *clones = fresh(folder, store, _WRITERS)
            took, done, again = run("push", clones, store, keys, _EACH, shared=shared)
            times.append(took)
            if shared:
                retries.append(again)
            elif again or held(remote, "refs/notes/reviewconsole") != done:
                raise SystemExit("a push was lost, or had to be repeated")
        ratios.append(times[0] / times[1])
    yield Row(
        goal=8, what=f"{_WRITERS} reviewers x {_EACH} pushes, no retry, against one shared ref (retries {retries})",
        on="one bare remote", bound=4, least=True, ratios=ratios, seconds=took,
    )  # fmt: skip
