"""Pair the blocks of Terraform files: what was, and what became of it."""

from collections.abc import Iterator
from dataclasses import dataclass

from reviewconsole.detection.model import Context
from reviewconsole.detection.source import Source
from reviewconsole.detection.terraform import Attribute, Block, parse
from reviewconsole.finding import Side


@dataclass(frozen=True, kw_only=True, slots=True)
class Placed:
    """A top-level block where it stands."""

    source: Source
    block: Block

    @property
    def folder(self) -> str:
        """The module it belongs to."""
        return self.source.path.rpartition("/")[0]

    def text(self, side: Side) -> str:
        """Its lines."""
        return self.source.text(side, self.block.first, self.block.last)


def placed(context: Context, side: Side) -> tuple[Placed, ...]:
    """The top-level blocks of one side of the changed Terraform files."""
    return tuple(
        Placed(source=source, block=block)
        for source in context.sources
        if source.kind == "terraform" and source.lines(side) and (source.added or source.removed)
        for block in parse(source.lines(side))
    )


def paired_blocks(context: Context) -> Iterator[tuple[Placed | None, Placed | None]]:
    """Old and new form of each block; one of them is None for what went or came.

    A block is known by its folder and address, or by its address alone where it left one folder
    and came to another.
    """
    olds, news = placed(context, Side.OLD), placed(context, Side.NEW)
    here = {(new.folder, new.block.address): new for new in news}
    before = {(old.folder, old.block.address) for old in olds}
    arrived = {new.block.address: new for new in news if (new.folder, new.block.address) not in before}
    taken: set[int] = set()
    for old in olds:
        new = here.get((old.folder, old.block.address))
        if new is None and old.block.labels:
            new = arrived.get(old.block.address)
        if new is not None:
            taken.add(id(new))
        yield old, new
    for new in news:
        if id(new) not in taken:
            yield None, new


def attributes(block: Block | None) -> dict[str, Attribute]:
    """Every attribute inside a block by its dotted path; repeated ones are numbered."""
    found: dict[str, Attribute] = {}
    if block is not None:
        for path, item in block.walk():
            key, count = path, 1
            while key in found:
                count += 1
                key = f"{path}#{count}"
            found[key] = item
    return found
