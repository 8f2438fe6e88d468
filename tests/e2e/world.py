"""A small world of real parts: repositories, a bare remote, keys by ssh-keygen, the command as a process."""

import json
import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.forked import command

CLAUDE = "Co-Authored-By: Claude <noreply@anthropic.com>"


@dataclass
class Person:
    """One person on one machine: home, key, git settings, clone."""

    name: str
    home: Path
    clone: Path
    env: dict[str, str] = field(default_factory=dict)

    def git(self, *args: str, check: bool = True) -> str:
        """Run git as this person in the clone."""
        done = subprocess.run(
            ["git", "-C", str(self.clone), *args], env=self.env, capture_output=True, text=True, check=False
        )
        if check and done.returncode:
            raise AssertionError(f"git {args}: {done.stderr}")
        return done.stdout.strip()

    def attempt(self, *args: str, cwd: Path | None = None) -> tuple[int, str, str]:
        """Run the command as this person in a process of its own; give exit code, stdout and stderr."""
        return command(["-C", str(cwd or self.clone), *args], self.env)

    def run(self, *args: str, code: int | None = 0, cwd: Path | None = None) -> str:
        """Run the command, check its exit code and that it never shows a traceback; give its stdout."""
        got, out, err = self.attempt(*args, cwd=cwd)
        assert "Traceback" not in err, err
        assert code is None or got == code, f"{args}: {got}\n{out}\n{err}"
        return out if code == 0 or code is None else out + err

    def json(self, *args: str, code: int | None = 0) -> Any:
        """Run the command with --json and parse the one document."""
        got, out, err = self.attempt(*args, "--json")
        assert code is None or got == code, f"{args}: {got}\n{out}\n{err}"
        return json.loads(out)

    def branch(
        self, name: str, files: dict[str, str], *, message: str = "", start: str = "main", author: str = ""
    ) -> str:
        """Make a branch with one commit and give its id; the work tree goes back to main."""
        self.git("checkout", "-q", "-B", name, start)
        head = self.commit(files, message or f"Change {name}\n\n{CLAUDE}\n", author=author)
        self.git("checkout", "-q", "main")
        return head

    def commit(self, files: dict[str, str], message: str, *, author: str = "") -> str:
        """Commit files on the current branch."""
        for path, text in files.items():
            place = self.clone / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8")
        self.git("add", "-A")
        options = ["--author", author] if author else []
        self.git("commit", "-q", *options, "-m", message)
        return self.git("rev-parse", "HEAD")


@dataclass
class World:
    """A bare remote and people with clones of it."""

    folder: Path
    remote: Path
    people: dict[str, Person]

    def __getitem__(self, name: str) -> Person:
        return self.people[name]


def person(folder: Path, name: str, remote: Path) -> Person:
    """Make a home with git settings and an SSH key, and a clone."""
    home = folder / "homes" / name
    (home / ".ssh").mkdir(parents=True)
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "GIT_CONFIG_NOSYSTEM": "1",
        "NO_COLOR": "1",
        "GIT_AUTHOR_DATE": "2026-11-01T09:00:00Z",
        "GIT_COMMITTER_DATE": "2026-11-01T09:00:00Z",
    }
    key = home / ".ssh" / "id_ed25519"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(key)], check=True)
    (home / ".gitconfig").write_text(
        f"[user]\n\tname = {name}\n\temail = {name}@example.com\n\tsigningkey = {key}\n"
        "[gpg]\n\tformat = ssh\n[init]\n\tdefaultBranch = main\n[advice]\n\tdetachedHead = false\n"
    )
    clone = folder / "clones" / name
    clone.parent.mkdir(exist_ok=True)
    subprocess.run(["git", "clone", "-q", str(remote), str(clone)], env=env, check=True, capture_output=True)
    refspec = "refs/notes/reviewconsole/*:refs/notes/reviewconsole/*"
    subprocess.run(["git", "-C", str(clone), "config", "--add", "remote.origin.fetch", refspec], env=env, check=True)
    return Person(name=name, home=home, clone=clone, env=env)


def public_key(who: Person) -> str:
    """Key type and blob, without comment."""
    return " ".join((who.home / ".ssh" / "id_ed25519.pub").read_text().split()[:2])


POLICY = """\
version = 1
repository = "example/shop"
targets = ["main"]
{people}
[groups]
seniors = [{names}]
[[rule]]
id = "default"
approvals = 1
from = ["seniors"]
{more}
"""


def policy_files(people: list[Person], *, more: str = "") -> dict[str, str]:
    """A policy that lets everybody named approve."""
    tables = "\n".join(f'[people.{p.name}]\nemails = ["{p.name}@example.com"]' for p in people)
    names = ", ".join(f'"{p.name}"' for p in people)
    signers = "".join(f'{p.name} namespaces="decision@reviewconsole" {public_key(p)}\n' for p in people)
    return {
        ".reviewconsole/policy.toml": POLICY.format(people=tables, names=names, more=more),
        ".reviewconsole/allowed_signers": signers,
    }


def build(
    folder: Path, names: tuple[str, ...] = ("dev", "alice", "bob"), *, more: str = "", seniors: tuple[str, ...] = ()
) -> World:
    """A remote with a policy on main; `dev` writes, the others may approve."""
    remote = folder / "remote.git"
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(remote)], check=True)
    people = {name: person(folder, name, remote) for name in names}
    first = people[names[0]]
    approvers = [people[name] for name in (seniors or names[1:])]
    first.commit({"app.py": "def pay():\n    return 1\n", **policy_files(approvers, more=more)}, "Begin")
    first.git("push", "-q", "origin", "main")
    for other in list(people.values())[1:]:
        other.git("pull", "-q", "origin", "main")
        other.git("remote", "set-head", "origin", "main")
    first.git("remote", "set-head", "origin", "main")
    return World(folder=folder, remote=remote, people=people)


def offer(world: World, name: str, files: dict[str, str], **options: str) -> str:
    """The developer pushes a branch; everybody fetches it."""
    dev = next(iter(world.people.values()))
    head = dev.branch(name, files, **options)
    dev.git("push", "-q", "-f", "origin", name)
    for other in list(world.people.values())[1:]:
        other.git("fetch", "-q", "origin")
    return head
