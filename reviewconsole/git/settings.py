"""Values of configuration: the person's own, or a repository's. Nothing in a repository's is run."""

from collections.abc import Mapping

from reviewconsole.change import decode, encode
from reviewconsole.git.process import Git, read_user_config


class Settings:
    """What is configured for one repository."""

    def __init__(self, git: Git, environ: Mapping[str, str]) -> None:
        self.git = git
        self.environ = environ

    def config_global(self, key: str) -> str | None:
        """A value of the person's own git settings, never the repository's."""
        return read_user_config(self.environ, key)

    def config_local(self, key: str) -> str | None:
        """A value of the repository's configuration; nothing in it is run."""
        code, out, _ = self.git.attempt(["config", "--local", "--no-includes", "--get", key])
        return decode(out).rstrip("\n") if code == 0 else None

    def fetches(self, prefix: str) -> bool:
        """Tell whether any remote's fetch lines bring refs under a prefix."""
        code, out, _ = self.git.attempt(["config", "--local", "--no-includes", "--get-regexp", r"^remote\..*\.fetch$"])
        wanted = encode(prefix)
        lines = [row.split(b" ", 1)[-1].lstrip(b"+") for row in out.split(b"\n") if b" " in row] if code == 0 else []
        return any(line.startswith((wanted, b"refs/notes/*")) for line in lines)

    def remotes(self) -> list[str]:
        """Names of the configured remotes."""
        code, out, _ = self.git.attempt(
            ["config", "--local", "--no-includes", "--name-only", "-z", "--get-regexp", r"^remote\..*\.url$"]
        )
        if code:
            return []
        names = [decode(name).removeprefix("remote.").removesuffix(".url") for name in out.split(b"\0") if name]
        return list(dict.fromkeys(names))
