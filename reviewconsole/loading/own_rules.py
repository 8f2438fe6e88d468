"""What a person's own settings add to detection on their machine: packs, scanners, reports. None of it counts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from reviewconsole.config import Config
from reviewconsole.detection import pages
from reviewconsole.detection.user_packs import LARGEST, MOST_FILES, PackFault, UserPacks, read_packs


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnRules:
    """The person's rules and other scanners' findings; empty in CI."""

    packs: UserPacks = field(default_factory=UserPacks)
    scanners: tuple[tuple[str, ...], ...] = ()
    """Commands that a policy may ask for."""
    environ: Mapping[str, str] = field(default_factory=dict)
    root: Path | None = None
    """The work tree; None in a bare repository."""
    reports: tuple[tuple[str, bytes], ...] = ()
    """SARIF documents given by the person: name and bytes."""
    active: bool = False
    """Whether the policy's other scanners are asked too: for a change that is opened, not for a queue."""


def own_rules(config: Config, environ: Mapping[str, str], root: Path | None) -> OwnRules:
    """Read the person's packs from disk; what is broken there is a fault, never an error."""
    there = {str(folder): folder for folder in config.packs if folder.is_dir()}
    packs = read_folders(there, taken=pages() if there else ())
    return OwnRules(packs=packs, scanners=config.scanners, environ=environ, root=root)


def read_folders(folders: Mapping[str, Path], *, taken: Iterable[str]) -> UserPacks:
    """Read the packs of folders on disk, each shown under a name. A folder that is not there is a fault."""
    files: dict[str, bytes] = {}
    faults: list[PackFault] = []
    for name, folder in folders.items():
        paths = sorted(path for path in folder.glob("**/*") if path.suffix in (".yml", ".yaml") and path.is_file())
        if not folder.is_dir():
            faults.append(PackFault(path=name, line=1, why="is no folder"))
        if len(paths) > MOST_FILES:
            faults.append(PackFault(path=name, line=1, why=f"holds more than {MOST_FILES} files"))
        for path in paths[:MOST_FILES]:
            shown = f"{name.rstrip('/')}/{path.relative_to(folder).as_posix()}"
            try:
                with path.open("rb") as stream:
                    files[shown] = stream.read(LARGEST + 1)
            except OSError as error:
                faults.append(PackFault(path=shown, line=1, why=f"cannot be read: {error.strerror}"))
    read = read_packs(files, taken=taken)
    return replace(read, faults=(*read.faults, *faults))
