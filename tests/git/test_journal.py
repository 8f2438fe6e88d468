"""The journal: what was appended is there, whatever was torn, cut or flipped."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from reviewconsole.errors import StorageError
from reviewconsole.git.journal import Journal

RECORDS = [b"one", b"", b"\x00\xff\n" * 5, b"four " * 20]


def _filled(path: Path) -> Journal:
    journal = Journal(path)
    with journal.lock():
        for record in RECORDS:
            journal.append(record)
    return journal


def test_records_come_back_in_order_and_the_file_is_private(tmp_path: Path) -> None:
    journal = _filled(tmp_path / "state" / "log.log")
    assert journal.read() == (RECORDS, False)
    assert oct(journal.path.stat().st_mode & 0o777) == "0o600"
    assert Journal(tmp_path / "none.log").read() == ([], False)


def test_a_tail_torn_at_any_byte_is_cut_and_the_rest_kept(tmp_path: Path) -> None:
    journal = _filled(tmp_path / "log.log")
    data = journal.path.read_bytes()
    ends = [at + 1 for at, byte in enumerate(data) if byte == 10]
    for length in range(len(data)):
        whole = sum(end <= length for end in ends)
        for tail in (b"", b"\0" * 7):
            journal.path.write_bytes(data[:length] + tail)
            assert journal.read() == (RECORDS[:whole], length not in (0, *ends) or bool(tail))
            journal.append(b"next")
            assert journal.read() == ([*RECORDS[:whole], b"next"], False)


def test_a_flipped_byte_is_never_taken_for_a_record_nor_cut_silently(tmp_path: Path) -> None:
    journal = _filled(tmp_path / "log.log")
    data = journal.path.read_bytes()
    for at in range(len(data)):
        journal.path.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        try:
            records, torn = journal.read()
        except StorageError as error:
            assert "damaged" in error.message
            continue
        assert (records, torn) == (RECORDS[:-1], True)
        assert at == len(data) - 1, "only the last newline looks like a torn tail"


def test_a_hole_in_the_last_line_is_a_torn_tail(tmp_path: Path) -> None:
    journal = _filled(tmp_path / "log.log")
    data = journal.path.read_bytes()
    journal.path.write_bytes(data[:-20] + b"\0" * 19 + b"\n")
    assert journal.read() == (RECORDS[:-1], True)
    journal.path.write_bytes(b"\0" * 20 + data[20:])
    with pytest.raises(StorageError, match="line 1"):
        journal.read()


_WRITER = """
import sys
from pathlib import Path
from reviewconsole.git.journal import Journal
journal = Journal(Path(sys.argv[1]))
for n in range(10):
    with journal.lock():
        records, _ = journal.read()
        journal.append(b"%s:%d:%d" % (sys.argv[2].encode(), n, len(records)))
"""


def test_processes_take_turns(tmp_path: Path) -> None:
    path = tmp_path / "log.log"
    writers = [subprocess.Popen([sys.executable, "-c", _WRITER, str(path), str(n)]) for n in range(4)]
    assert [writer.wait(timeout=60) for writer in writers] == [0] * 4
    records, torn = Journal(path).read()
    assert ([int(record.split(b":")[2]) for record in records], torn) == (list(range(40)), False)


_ENDLESS = """
import sys
from pathlib import Path
from reviewconsole.git.journal import Journal
journal = Journal(Path(sys.argv[1]))
n = 0
while True:
    with journal.lock():
        journal.append(b"%d" % n)
    print(n, flush=True)
    n += 1
"""


def test_nothing_acknowledged_is_lost_to_kill(tmp_path: Path) -> None:
    for turn in range(10):
        path = tmp_path / f"{turn}.log"
        writer = subprocess.Popen([sys.executable, "-c", _ENDLESS, str(path)], stdout=subprocess.PIPE)
        assert writer.stdout is not None
        told = [writer.stdout.readline() for _ in range(turn + 1)]
        writer.kill()
        told += writer.stdout.read().splitlines()
        writer.wait()
        writer.stdout.close()
        records, _ = Journal(path).read()
        acknowledged = [line.strip() for line in told if line.strip()]
        assert records[: len(acknowledged)] == acknowledged
        with Journal(path).lock():
            Journal(path).append(b"after")
        assert Journal(path).read()[0][-1] == b"after"


def test_a_state_folder_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError), Journal(tmp_path / "file" / "log.log").lock():
        pass
    folder = tmp_path / "log.log"
    folder.mkdir()
    with pytest.raises(StorageError):
        Journal(folder).append(b"x")


def test_a_full_disk_is_said_and_the_journal_stays_readable(tmp_path: Path) -> None:
    journal = _filled(tmp_path / "log.log")
    size = journal.path.stat().st_size
    script = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({size + 10}, {size + 10}))\n"
        "from pathlib import Path\nfrom reviewconsole.errors import StorageError\n"
        "from reviewconsole.git.journal import Journal\n"
        "try:\n    Journal(Path(sys.argv[1])).append(b'too much')\nexcept StorageError:\n    sys.exit(73)\n"
    )
    env = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    assert subprocess.run([sys.executable, "-c", script, str(journal.path)], env=env, check=False).returncode == 73
    assert journal.read() == (RECORDS, False)
