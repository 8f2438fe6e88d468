"""Review a real commit by keyboard, from the queue to the signature, and record the terminal (asciicast v2).

    python docs/images/record.py REPOSITORY COMMIT OUTPUT.cast [--quiet]

The commit is put on a branch of its own in a temporary clone whose main branch is the commit's parent with a policy
of ours, so that what is reviewed is the real change and what is signed is thrown away. Nothing in REPOSITORY changes.
"""

import argparse
import fcntl
import json
import os
import pty
import re
import select
import struct
import subprocess
import sys
import tempfile
import termios
import time
from pathlib import Path

SIZE = (104, 30)
LONGEST_PAUSE = 1.2
"""Seconds without output that the recording keeps."""
_ESCAPES = re.compile(r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[[0-?]*[ -/]*[@-~]|\x1b[@-Z\\-_=>]")
_ANSWERS = ((b"\x1b[c", b"\x1b[?62c"), (b"\x1b]11;?\x1b\\", b"\x1b]11;rgb:1414/1616/1b1b\x1b\\"))
COMMAND = [str(Path(sys.executable).parent / "reviewconsole")]


_STYLE = re.compile(r"\x1b\[([0-9;]*)m")


def shorter(text: str) -> str:
    """The same picture with fewer bytes: no style is ended and begun again with the same one."""
    out, style = [], ""
    now = ""
    for number, part in enumerate(_STYLE.split(text)):
        if number % 2:
            style = "" if part in {"", "0"} else part
        elif part:
            if style != now:
                out.append(f"\x1b[0;{style}m" if style else "\x1b[0m")
                now = style
            out.append(part)
    return "".join([*out, "\x1b[0m" if now else ""])


class Typist:
    """A terminal that is written to, read from and recorded."""

    def __init__(self, folder: Path, environ: dict[str, str]) -> None:
        self.events: list[tuple[float, str]] = []
        self._text = ""
        self._pending = b""
        self._pid, self._handle = pty.fork()
        if self._pid == 0:
            os.chdir(folder)
            os.execvpe(COMMAND[0], COMMAND, environ)
        fcntl.ioctl(self._handle, termios.TIOCSWINSZ, struct.pack("HHHH", SIZE[1], SIZE[0], 0, 0))

    def listen(self, seconds: float) -> None:
        """Take what is written for so long."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if not select.select([self._handle], [], [], left)[0]:
                return
            try:
                data = os.read(self._handle, 65536)
            except OSError:
                return
            for question, answer in _ANSWERS:
                if question in data:
                    os.write(self._handle, answer)
            data = self._pending + data
            whole = len(data.decode("utf-8", "ignore").encode())
            self._pending = data[whole:] if len(data) - whole < 4 else b""
            text = data[: len(data) - len(self._pending)].decode("utf-8", "replace")
            self.events.append((time.monotonic(), text))
            self._text = (self._text + text)[-200_000:]

    def last(self, pattern: str) -> tuple[str, ...] | None:
        """The groups of the last place where a pattern was written."""
        found = list(re.finditer(pattern, _ESCAPES.sub("", self._text)))
        return found[-1].groups() if found else None

    def wait(self, pattern: str, seconds: float = 90) -> tuple[str, ...]:
        """Wait for a pattern; SystemExit where it does not come."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.listen(0.2)
            found = self.last(pattern)
            if found is not None:
                return found
        raise SystemExit(f"{pattern} did not appear:\n{_ESCAPES.sub('', self._text)[-1500:]}")

    def press(self, keys: str, *, pause: float = 0.5, each: float = 0.0) -> None:
        """Press keys, one after the other."""
        self._text = self._text if each else ""
        for key in keys if each else [keys]:
            os.write(self._handle, key.encode())
            self.listen(each or pause)
        self.listen(pause if each else 0)

    def save(self, path: Path, title: str) -> None:
        """Write the recording, long pauses cut short."""
        head = {"version": 2, "width": SIZE[0], "height": SIZE[1], "title": title}
        lines, at, before = [json.dumps(head)], 0.0, self.events[0][0]
        for when, text in self.events:
            at += min(when - before, LONGEST_PAUSE)
            before = when
            lines.append(json.dumps([round(at, 2), "o", shorter(text)], ensure_ascii=False))
        path.write_text("\n".join(lines) + "\n", "utf-8")


def git(folder: Path, *words: str, env: dict[str, str], feed: str = "") -> str:
    """Run git and give its answer."""
    done = subprocess.run(["git", "-C", str(folder), *words], env=env, input=feed, capture_output=True, text=True,
                          check=False)  # fmt: skip
    if done.returncode:
        raise SystemExit(f"git {' '.join(words[:3])}: {done.stderr}")
    return done.stdout.strip()


def prepare(folder: Path, source: Path, commit: str, environ: dict[str, str]) -> Path:
    """A clone with a policy on main and the commit on a branch."""
    place = folder / "review"
    subprocess.run(["git", "init", "-q", "-b", "main", str(place)], env=environ, check=True)
    (place / ".git/objects/info/alternates").write_text(f"{source}/objects\n")
    key = folder / "home/.ssh/id_ed25519"
    key.parent.mkdir(parents=True, mode=0o700)
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    for name, value in (("user.name", "You"), ("user.email", "you@example.com"), ("gpg.format", "ssh"),
                        ("user.signingkey", str(key))):  # fmt: skip
        git(folder, "config", "--global", name, value, env=environ)
    parent = git(place, "rev-parse", f"{commit}^", env=environ)
    git(place, "update-ref", "refs/heads/main", parent, env=environ)
    git(place, "read-tree", "main", env=environ)
    subprocess.run([*COMMAND, "-C", str(place), "init", "--name", "example/review"], env=environ, check=True,
                   capture_output=True)  # fmt: skip
    git(place, "add", ".reviewconsole", env=environ)
    policy = git(place, "write-tree", "--missing-ok", env=environ)
    made = git(place, "commit-tree", "-p", "main", "-m", "Introduce review sign-offs", policy, env=environ)
    git(place, "update-ref", "refs/heads/main", made, env=environ)
    git(place, "config", "reviewconsole.introduction", git(place, "rev-parse", "main", env=environ), env=environ)
    index = {**environ, "GIT_INDEX_FILE": str(folder / "index")}
    git(place, "read-tree", commit, env=index)
    git(place, "read-tree", "--prefix=.reviewconsole", "main:.reviewconsole", env=index)
    tree = git(place, "write-tree", "--missing-ok", env=index)
    who = git(place, "log", "-1", "--format=%an%n%ae%n%aI%n%cn%n%ce%n%cI", commit, env=environ).split("\n")
    names = [f"GIT_{role}_{what}" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL", "DATE")]
    message = git(place, "log", "-1", "--format=%B", commit, env=environ)
    made = git(
        place, "commit-tree", "-p", "main", tree, env={**environ, **dict(zip(names, who, strict=True))}, feed=message
    )
    git(place, "update-ref", "refs/heads/review/change", made, env=environ)
    return place


def review(typist: Typist) -> str:
    """Read everything, answer what is flagged, approve; gives what the console said at the end."""
    typist.wait(r"(\d+) of \d+ change")
    typist.listen(2)
    typist.press("\r", pause=3)
    typist.wait(r"(gate \S+ \w+)", 180)
    typist.press("w", pause=1)
    for _ in range(200):
        typist.press(" ", pause=0.7)
        read = typist.last(r"(\d+)/(\d+) hunks read")
        if read is not None and read[0] == read[1]:
            break
    typist.press("g", pause=0.5)
    for _ in range(60):
        typist.press(")", pause=0.7)
        if "no further" in _ESCAPES.sub("", typist.events[-1][1]):
            break
        typist.press("!", pause=0.6)
        if typist.last("(What do you say)") is not None:
            typist.press("Looked at it; intended.", each=0.02)
            typist.press("\r", pause=0.6)
        flags = typist.last(r"(\d+) flags? open")
        if flags is not None and flags[0] == "0":
            break
    typist.press("A", pause=2.5)
    typist.press("Read all of it; the tests cover the new paths.", each=0.02, pause=0.8)
    typist.press("\t", pause=0.5)
    digits = typist.wait(r"type (\w{7}) and enter")[0]
    typist.press(digits, each=0.12)
    typist.press("\r", pause=0.5)
    said = typist.wait(r"✓ recorded here\s+([^\n·]+)")[0]
    typist.listen(2)
    typist.press("q", pause=3)
    typist.press("q", pause=1)
    return said.strip()


def main() -> int:
    """Prepare, review, save."""
    parser = argparse.ArgumentParser(prog="record")
    parser.add_argument("repository", type=Path)
    parser.add_argument("commit")
    parser.add_argument("output", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        home = Path(name) / "home"
        environ = {"PATH": os.environ["PATH"], "HOME": str(home), "TERM": "xterm-256color",
                   "LC_ALL": "C.UTF-8", "GIT_CONFIG_NOSYSTEM": "1"}  # fmt: skip
        home.mkdir()
        place = prepare(Path(name), options.repository.resolve(), options.commit, environ)
        typist = Typist(place, environ)
        said = review(typist)
        checked = subprocess.run([*COMMAND, "-C", str(place), "verify", "review/change"], env=environ, check=False,
                                 capture_output=True, text=True)  # fmt: skip
        title = git(place, "log", "-1", "--format=%s", options.commit, env=environ)
        typist.save(options.output, f"reviewconsole: {title}")
    print(f"{title}\n{said}\nverify ended with {checked.returncode}: {checked.stdout.strip()[:300]}")
    return checked.returncode


if __name__ == "__main__":
    raise SystemExit(main())
