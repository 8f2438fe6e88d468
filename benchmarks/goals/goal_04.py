"""Goal 4: verify every record, against raw OpenSSL Ed25519 and against `ssh-keygen -Y verify`."""

from collections.abc import Iterator

from benchmarks.goals.core import Row, Setting, compare, cpu, wall
from benchmarks.stores import ENVIRON
from benchmarks.verify.__main__ import SAMPLE, by_ssh_keygen, raw_signatures
from reviewconsole.git.repository import Repository
from reviewconsole.loading.records import read_records


def rows(setting: Setting) -> Iterator[Row]:
    """From refs to verified values; every signature of every record is checked."""
    for count in setting.records:
        store = setting.store(count)
        repository = Repository.open(store.git_dir, ENVIRON)
        raw = raw_signatures(repository)

        def floor() -> None:
            for key, signature, data in raw:  # noqa: B023
                key.verify(signature, data)

        def work() -> None:
            # opened anew, so that git's work is counted: its process ends with the repository
            if len(read_records(Repository.open(store.git_dir, ENVIRON)).verified) != count:  # noqa: B023
                raise SystemExit("not every record verified")

        on = f"{count} records"
        ratios, seconds = compare(floor, work, setting.rounds, cpu)
        yield Row(goal=4, what="verify all, CPU, against raw Ed25519", on=on, bound=1.7, ratios=ratios, seconds=seconds)
        ratios, took = compare(floor, work, setting.rounds, wall)
        yield Row(goal=4, what="the same, wall clock", on=on, bound=1.1, ratios=ratios, seconds=took)
        folder = setting.folder / f"keygen-{count}"
        folder.mkdir()
        each = [cpu(lambda: by_ssh_keygen(repository, store, folder)) / SAMPLE for _ in range(setting.rounds)]  # noqa: B023
        yield Row(
            goal=4, what="`ssh-keygen -Y verify` a record, against ours", on=on, bound=30, least=True,
            ratios=[one / (seconds / count) for one in each],
        )  # fmt: skip
