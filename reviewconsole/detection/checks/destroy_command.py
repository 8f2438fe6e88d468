"""Find destroying commands that no single line shows: continued over lines, or called by a variable."""

from collections.abc import Iterator

from reviewconsole.detection import destroying, packs
from reviewconsole.detection.commands import added
from reviewconsole.detection.hits import hit
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.moves import command_moves
from reviewconsole.finding import Side

PAGE = packs.page(destroying.RULE)


def check(context: Context) -> Iterator[Hit]:
    """Name each added command that destroys once it is read as a whole; single lines are the pack's."""
    moves = command_moves(context)
    for source in context.sources:
        for command in added(source):
            raw = " ".join(" ".join(source.new[command.first - 1 : command.last]).split())
            hidden = command.text != raw and destroying.destroys(source.kind, command.text)
            if hidden and not moves.took(source.path, command.text):
                message = "A command that destroys infrastructure or data is added"
                yield hit(PAGE, source, Side.NEW, (command.first, command.last), message, text=command.text)


CHECK = Check(page=PAGE, run=check)
