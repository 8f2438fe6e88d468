"""Find the named things of a file: functions, resources, jobs, objects, headings, statements.

Pure and tolerant: indentation, braces and headers by pattern, no parser, one pass over the
lines. A file that does not parse still has constructs, which is what host survival needs.
"""

from collections.abc import Sequence

from reviewconsole.detection import outline_code as code
from reviewconsole.detection import outline_text as text
from reviewconsole.detection.outline import Construct, enclosing, innermost

__all__ = ["Construct", "constructs", "enclosing", "innermost"]


def constructs(kind: str, lines: Sequence[str]) -> tuple[Construct, ...]:
    """List the constructs of a file, by first line."""
    if kind in ("python", "ruby"):
        found = code.indented(code.PYTHON if kind == "python" else code.RUBY, lines)
    elif kind in code.BRACES:
        found = code.braced(kind, lines)
    elif kind in ("yaml", "workflow"):
        found = text.keys(lines)
    elif kind == "markdown":
        found = text.headings(lines)
    elif kind == "sql":
        found = text.statements(lines)
    elif kind in ("makefile", "dockerfile"):
        found = text.sections(text.TARGET if kind == "makefile" else text.STAGE, lines)
    else:
        return ()
    return tuple(sorted(found, key=lambda item: (item.first, -item.last)))
