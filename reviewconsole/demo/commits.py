"""The story as a stream for `git fast-import`: same files, dates and ids every time.

Only the last commit of main differs from one build to the next: it accepts the reviewer's new key.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib import resources
from importlib.resources.abc import Traversable

import tomli

from reviewconsole.mapping import Table
from reviewconsole.policy import SIGNERS_PATH

MAIN = "main"
AI_NOTES = "refs/notes/ai"
_EXECUTABLE = ".sh"


@dataclass(frozen=True, kw_only=True, slots=True)
class Commit:
    """One commit of the story."""

    branch: str
    folder: str
    """Files that are laid over the parent's tree; below `story/`."""
    author: str
    committer: str
    seconds: int
    """Author and committer date, Unix time."""
    message: str
    note: str
    """A git-ai note for this commit; below `story/`, or empty."""


def _story() -> Traversable:
    return resources.files("reviewconsole.demo").joinpath("story")


def read_story() -> tuple[Commit, ...]:
    """Read `story.toml`; FormatError names a fault's place."""
    top = Table(tomli.loads(_story().joinpath("story.toml").read_text(encoding="utf-8")))
    people = top.table("people")
    start = top.integer("start")
    found = []
    for row in top.tables("commit"):
        author = row.text("author")
        found.append(
            Commit(
                branch=row.text("branch"),
                folder=row.text("folder"),
                author=people.text(author),
                committer=people.text(row.text("committer", author)),
                seconds=start + 60 * row.integer("minutes"),
                message=row.text("message").strip() + "\n",
                note=row.text("note", ""),
            )
        )
        row.end()
    top.end()
    return tuple(found)


def _files(folder: Traversable, prefix: str = "") -> Iterator[tuple[str, bytes]]:
    for item in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if item.name == "__pycache__":
            continue
        if item.is_dir():
            yield from _files(item, f"{prefix}{item.name}/")
        else:
            yield prefix + item.name, item.read_bytes()


def _data(content: bytes) -> bytes:
    return b"data %d\n%s\n" % (len(content), content)


def _head(ref: str, mark: int, commit: Commit) -> bytes:
    who = f"author {commit.author} {commit.seconds} +0000\ncommitter {commit.committer} {commit.seconds} +0000\n"
    return f"commit {ref}\nmark :{mark}\n{who}".encode() + _data(commit.message.encode())


def _file(path: str, content: bytes) -> bytes:
    mode = 100755 if path.endswith(_EXECUTABLE) else 100644
    return b"M %d inline %s\n%s" % (mode, path.encode(), _data(content))


def stream(signer: str) -> bytes:
    """Write the stream: the story, main's last commit, which accepts `signer`, and the notes.

    `signer` is a whole line of allowed_signers.
    """
    commits = read_story()
    out: list[bytes] = []
    tips: dict[str, int] = {}
    for mark, commit in enumerate(commits, 1):
        out.append(_head(f"refs/heads/{commit.branch}", mark, commit))
        parent = tips.get(commit.branch, tips.get(MAIN))
        out += [b"from :%d\n" % parent] if parent else []
        out += [_file(path, content) for path, content in _files(_story().joinpath(commit.folder))]
        tips[commit.branch] = mark
    introduced = commits[tips[MAIN] - 1]
    signers = _story().joinpath(introduced.folder, SIGNERS_PATH).read_bytes()
    accept = replace(introduced, seconds=introduced.seconds + 600, message="Accept your key\n")
    out.append(_head(f"refs/heads/{MAIN}", len(commits) + 1, accept) + b"from :%d\n" % tips[MAIN])
    out.append(_file(SIGNERS_PATH, signers + signer.encode()))
    for mark, commit in enumerate(commits, 1):
        if commit.note:
            note = _story().joinpath(commit.note).read_bytes()
            out.append(_head(AI_NOTES, len(commits) + 1 + mark, replace(commit, message="git-ai\n")))
            out.append(b"N inline :%d\n%s" % (mark, _data(note)))
    return b"".join([*out, b"done\n"])
