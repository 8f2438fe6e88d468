"""The person's own settings: environment and `$XDG_CONFIG_HOME/reviewconsole/config.toml`.

The only module that reads either. Nothing in a repository can set anything here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import tomli

from reviewconsole.errors import FormatError
from reviewconsole.mapping import Table
from reviewconsole.places import xdg
from reviewconsole.provenance.patterns import Patterns

_KEY = r"[^\n]+"


@dataclass(frozen=True, kw_only=True, slots=True)
class Config:
    """Settings of one person on one machine."""

    home: Path
    config_dir: Path
    state_dir: Path
    theme: str
    key_file: Path | None
    """`key` of the file: the private key (or its .pub, for an agent) to sign with."""
    principal: str | None
    """`principal` of the file: who signs, where a key could be several people's."""
    ssh_auth_sock: str | None
    patterns: Patterns
    keymap: str = "default"
    """`keymap` of the file: a preset of keys."""
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """`[keys]` of the file: id of a binding -> its keys."""
    editor: str = ""
    """Command line of the editor: `editor` of the file, else $VISUAL, else $EDITOR."""
    clipboard: str = ""
    """`clipboard_command` of the file: a command line that takes the text on its standard input."""
    cache_dir: Path = Path()
    packs: tuple[Path, ...] = ()
    """Folders of the person's own rules; `rules` beside the file unless it says otherwise."""
    scanners: tuple[tuple[str, ...], ...] = ()
    """`[[scanner]]` of the file: commands a policy may ask for, exactly as written."""
    repositories: tuple[Path, ...] = ()
    """Whose changes `queue --everywhere` lists together."""


def _toml(path: Path) -> Mapping[str, object]:
    try:
        return tomli.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomli.TOMLDecodeError) as error:
        raise FormatError(f"cannot be read: {error}", place=str(path)) from error


def builtin_patterns() -> Patterns:
    """The e-mail patterns that come with the program."""
    text = (Path(__file__).parent / "provenance" / "agents.toml").read_text("utf-8")
    return Patterns.parse(tomli.loads(text))


def load_config(environ: Mapping[str, str]) -> Config:
    """Read the settings; FormatError names the file and key of the first fault."""
    config_dir = xdg(environ, "XDG_CONFIG_HOME", ".config")
    state_dir = xdg(environ, "XDG_STATE_HOME", ".local/state")
    home = Path(environ.get("HOME") or Path.home())
    path = config_dir / "config.toml"
    try:
        table = Table(_toml(path))
        key = table.text("key", "", pattern=_KEY)
        theme = table.text("theme", "auto", pattern=r"[A-Za-z0-9._-]+")
        editor = table.text("editor", environ.get("VISUAL") or environ.get("EDITOR", ""))
        clipboard = table.text("clipboard_command", "")
        keymap = table.text("keymap", "default", pattern=r"[a-z]+")
        keys = _keys(table.table("keys", missing=True))
        principal = table.text("principal", "", pattern=r"[a-z0-9][a-z0-9._-]{0,63}") or None
        packs = table.texts("packs", (), pattern=_KEY)
        repositories = table.texts("repositories", (), pattern=_KEY)
        scanners = tuple(_command(row) for row in table.tables("scanner", missing=True))
        table.end()
    except FormatError as error:
        raise FormatError(error.message, place=f"{path}: {error.place}") from error
    patterns = builtin_patterns()
    own = config_dir / "agents.toml"
    if own.exists():
        patterns = patterns.merged(Patterns.parse(_toml(own)))
    return Config(
        home=home,
        config_dir=config_dir,
        state_dir=state_dir,
        theme=theme,
        key_file=_expand(key, home) if key else None,
        principal=principal,
        ssh_auth_sock=environ.get("SSH_AUTH_SOCK"),
        patterns=patterns,
        keymap=keymap,
        keys=keys,
        editor=editor,
        clipboard=clipboard,
        cache_dir=xdg(environ, "XDG_CACHE_HOME", ".cache"),
        packs=tuple(_expand(name, home) for name in packs) or (config_dir / "rules",),
        scanners=scanners,
        repositories=tuple(_expand(name, home) for name in repositories),
    )


def _command(row: Table) -> tuple[str, ...]:
    command = row.texts("command")
    row.end()
    if not command:
        raise row.fail("command", "names no program")
    return command


def _keys(table: Table, prefix: str = "") -> dict[str, tuple[str, ...]]:
    """Keys by binding id; `decide.accept = "a"` and `"decide.accept" = ["a", "f2"]` are the same to TOML's reader."""
    out: dict[str, tuple[str, ...]] = {}
    for name, value in table.rest().items():
        if isinstance(value, Mapping):
            out |= _keys(Table(value, f"{table.place}.{name}"), f"{prefix}{name}.")
        else:
            one = Table({name: [value] if isinstance(value, str) else value}, table.place)
            out[prefix + name] = one.texts(name, pattern=r"\S{1,40}")
    return out


def _expand(text: str, home: Path) -> Path:
    return home / text[2:] if text.startswith("~/") else Path(text)
