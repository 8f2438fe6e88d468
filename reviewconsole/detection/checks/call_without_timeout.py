"""Find remote calls without a time limit whose function was imported under a name of its own.

The pack of the rule names what it knows by its usual name; imports are followed here, since a
pattern would look through the whole file for each call.
"""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection import packs
from reviewconsole.detection.code import view
from reviewconsole.detection.hits import exact
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.source import Source
from reviewconsole.finding import Side

PAGE = next(pack.page for pack in packs.load() if pack.page.rule == "call-without-timeout")
_FROM = re.compile(r"^\s*from\s+(requests|urllib\.request)\s+import\s+(.+)")
_MODULE = re.compile(r"^\s*import\s+(requests|urllib\.request)\s+as\s+(\w+)")
_VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "request", "urlopen"})
_LIMITED = re.compile(r"(?i)timeout|\*\*")


def check(context: Context) -> Iterator[Hit]:
    """Name each added call through an alias that may wait for ever."""
    for source in context.sources:
        if source.kind == "python" and source.added:
            functions, modules = _aliases(source.new)
            if functions or modules:
                yield from _calls(source, functions, modules)


def _aliases(lines: tuple[str, ...]) -> tuple[set[str], set[str]]:
    functions: set[str] = set()
    modules: set[str] = set()
    for line in lines:
        if "import" not in line:
            continue
        module = _MODULE.match(line)
        if module:
            modules.add(module[2])
        imported = _FROM.match(line[:2000])
        for part in imported[2].strip("() ").split(",") if imported else ():
            name, _, alias = (word.strip() for word in part.partition(" as "))
            if name in _VERBS and (alias or name) != "urlopen":
                functions.add(alias or name)
    return functions, modules


def _calls(source: Source, functions: set[str], modules: set[str]) -> Iterator[Hit]:
    gone = {"".join(source.old[at - 1].split()) for at in source.removed}
    for call in view(source, Side.NEW).calls:
        module, _, verb = call.name.rpartition(".")
        named = call.name in functions or (module in modules and verb in _VERBS)
        if not named or _LIMITED.search(call.arguments):
            continue
        changed = source.touched(Side.NEW, call.first, call.last)
        if changed and "".join(source.new[call.first - 1].split()) not in gone:
            yield exact(
                PAGE.rule,
                source,
                Side.NEW,
                (call.first, call.last),
                f"{call.name} has no time limit: when the other side hangs, so does this",
            )


CHECK = Check(page=PAGE, run=check)
