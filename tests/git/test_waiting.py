"""A process that says nothing is given up on; one that keeps talking is not."""

import signal
import subprocess
import sys
import time

import pytest

from reviewconsole.git.process import said
from reviewconsole.git.waiting import Stalled, TooMuch, end, exchange, first_bytes, limit_memory


def start(code: str, *, session: bool = False) -> "subprocess.Popen[bytes]":
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", code]
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=session)


def test_bytes_go_through_both_ways_whatever_their_number() -> None:
    data = bytes(range(256)) * 4000
    with start(
        "import sys; d = sys.stdin.buffer.read(); sys.stdout.buffer.write(d[::-1]); sys.stderr.write('e' * 99999)"
    ) as process:
        assert exchange(process, data, stall=20, longest=20, most=1 << 24) == (data[::-1], b"e" * 99999)
    assert process.returncode == 0


def test_who_does_not_read_is_no_fault() -> None:
    with start("import os; os.close(0); print('done')") as process:
        assert exchange(process, b"x" * 500_000, stall=20, longest=20, most=1 << 20)[0] == b"done\n"


def test_silence_ends_and_progress_goes_on() -> None:
    slow = "import sys, time\nfor _ in range(8): sys.stderr.write('.'); sys.stderr.flush(); time.sleep(0.2)"
    with start(slow) as process:
        assert exchange(process, b"", stall=1.0, longest=20, most=1 << 20) == (b"", b"........")
    start_at = time.monotonic()
    with start("import time; print('hello', flush=True); time.sleep(60)") as process:
        with pytest.raises(Stalled) as stalled:
            exchange(process, b"", stall=0.3, longest=20, most=1 << 20)
        end(process, group=False)
    assert not stalled.value.whole
    assert time.monotonic() - start_at < 10


def test_more_than_may_be_said_ends() -> None:
    with start("print('x' * 100_000)") as process:
        with pytest.raises(TooMuch):
            exchange(process, b"", stall=20, longest=20, most=50_000)
        end(process, group=False)


@pytest.mark.skipif(sys.platform != "linux", reason="prlimit(2)")
def test_memory_is_bounded() -> None:
    with start("input(); x = bytearray(500_000_000)") as process:
        limit_memory(process, 100 << 20)
        _, err = exchange(process, b"\n", stall=20, longest=20, most=1 << 20)
    assert b"MemoryError" in err


def test_a_beginning_is_not_waited_for() -> None:
    with start("import time; print('hello', flush=True); time.sleep(30)") as process:
        assert first_bytes(process, 3, 20) == b"hel"
        assert first_bytes(process, 100, 0.3) == b"lo\n"
        process.kill()
    with start("print('x')") as process:
        assert first_bytes(process, 100, 20) == b"x\n"


def test_talk_without_end_ends_too() -> None:
    with start("import time\nwhile True: print('.', flush=True); time.sleep(0.01)") as process:
        with pytest.raises(Stalled) as stalled:
            exchange(process, b"", stall=5, longest=0.5, most=1 << 20)
        end(process, group=False)
    assert stalled.value.whole


def test_the_group_is_asked_to_end_before_it_is_killed() -> None:
    polite = "import signal, sys, time\nsignal.signal(15, lambda *_: sys.exit(7))\nprint(1, flush=True)\ntime.sleep(60)"
    deaf = "import signal, time\nsignal.signal(15, signal.SIG_IGN)\nprint(1, flush=True)\ntime.sleep(60)"
    for code, ends in ((polite, 7), (deaf, -signal.SIGKILL)):
        with start(code, session=True) as process:
            assert process.stdout is not None
            process.stdout.readline()
            end(process, group=True)
        assert process.returncode == ends


def test_progress_is_no_part_of_what_git_said() -> None:
    err = (
        b"Enumerating objects: 3, done.\nCounting objects:  33% (1/3)\rCounting objects: 100% (3/3), done.\n"
        b"Delta compression using up to 2 threads\nTotal 3 (delta 0), reused 0\n"
        b"remote: Resolving deltas: 100% (1/1)\nremote: refused: \x1b[31mno\nerror: failed to push\n"
    )
    assert said(err) == "remote: refused: \\x1b[31mno\nerror: failed to push"
    assert said(b"Counting objects: 1, done.\n") == "no message"


def test_who_leaves_waits_for_talk_and_not_for_silence() -> None:
    code = (
        "import time\nfrom reviewconsole.git import waiting\nfrom tests.git.test_waiting import start\n"
        "waiting.leave()\nwaiting._LEAVING_SECONDS = 0.5\n"
        "talk = start(\"import time\\nfor _ in range(10): print('.', end='', flush=True); time.sleep(0.1)\")\n"
        "assert waiting.exchange(talk, b'', stall=30, longest=30, most=1 << 20)[0] == b'..........'\n"
        "try: waiting.exchange(start('import time; time.sleep(30)'), b'', stall=30, longest=30, most=1 << 20)\n"
        "except waiting.Stalled: print('left')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=25)
    assert done.stdout == "left\n", done.stderr
