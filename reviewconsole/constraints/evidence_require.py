"""`evidence.require`: something that must exist before the change may land. Whether it is good is for people.

Keys: `if_changed` (patterns; default all), `any_of`, a list of tables, one of which must hold:
`{file = "docs/runbooks/{unit}.md", headings = ["Rollback"]}` (a file of the head's tree; `{unit}` and
the names of `if_changed` carry over), `{trailer = "Rollback-Plan"}` (with a value, in a commit's
message), `{note = "refs/notes/plans"}` (a note on a commit of the range), `{reference = "PAY-[0-9]+"}`
(an RE2 expression that a message holds). Undecidable where a notes ref is not here.
"""

from collections.abc import Callable

from reviewconsole import lazy_re as re
from reviewconsole.change import Entry
from reviewconsole.constraints.facts import Answer, Facts, Tally, Undetermined, entry_witness, searchable, text_of
from reviewconsole.globs import Globs, compile_pattern
from reviewconsole.mapping import Table

_HOLE = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_Holds = Callable[[Facts, dict[str, str]], bool]


def headings(text: str) -> set[str]:
    """The headings of a Markdown or AsciiDoc text, lower-cased (CommonMark 4.2, 4.3)."""
    rows = text.splitlines()
    found = set()
    for index, row in enumerate(rows):
        marked = re.match(r" {0,3}(?:#{1,6}|={1,6})[ \t]+(.*)", row)
        if marked:
            found.add(marked[1].strip().rstrip("#=").strip().lower())
        elif re.fullmatch(r" {0,3}(?:=+|-+)[ \t]*", row) and index:
            found.add(rows[index - 1].strip().lower())
    return found


def _file(table: Table) -> _Holds:
    pattern = table.text("file")
    wanted = [text.lower() for text in table.texts("headings", ())]

    def holds(facts: Facts, values: dict[str, str]) -> bool:
        if any(name not in values for name in _HOLE.findall(pattern)):
            return False
        data = facts.head_file(_HOLE.sub(lambda match: values[match[1]], pattern))
        return data is not None and set(wanted) <= headings(text_of(data))

    return holds


def _trailer(table: Table) -> _Holds:
    key = table.text("trailer", pattern=r"[A-Za-z][A-Za-z0-9-]*")
    line = re.compile(rf"^{re.escape(key)}[ \t]*:[ \t]*\S", re.IGNORECASE | re.MULTILINE)
    return lambda facts, _: any(line.search(commit.message) for commit in facts.commits)


def _note(table: Table) -> _Holds:
    ref = table.text("note", pattern=r"refs/notes/[A-Za-z0-9._/-]+")
    return lambda facts, _: any(facts.note(ref, commit.oid) for commit in facts.commits)


def _reference(table: Table) -> _Holds:
    pattern = compile_pattern(table.text("reference"), f"{table.place}.reference")
    return lambda facts, _: any(pattern.search(searchable(commit.message)) for commit in facts.commits)


_KINDS = {"file": _file, "trailer": _trailer, "note": _note, "reference": _reference}


def _alternative(row: Table) -> tuple[str, _Holds]:
    names = [name for name in _KINDS if row.has(name)]
    if len(names) != 1:
        raise row.fail("", f"needs one of {', '.join(_KINDS)}")
    holds = _KINDS[names[0]](row)
    row.end()
    return f"{names[0]} {row.raw(names[0])}", holds


def parse(table: Table) -> Callable[[Facts], Answer]:
    """Read `if_changed` and `any_of`."""
    triggers = Globs(table.texts("if_changed", ("**",)), place=f"{table.place}.if_changed")
    alternatives = [_alternative(row) for row in table.tables("any_of")]
    if not alternatives:
        raise table.fail("any_of", "asks for nothing")
    wanted = " or ".join(words for words, _ in alternatives)

    def values_of(facts: Facts, entry: Entry) -> dict[str, str] | None:
        captured = next((found for g in triggers.each if (found := g.captures(entry.path)) is not None), None)
        unit = facts.units.of(entry.path)
        return captured if captured is None or unit is None else {"unit": unit[1], **captured}

    def judge(facts: Facts, values: dict[str, str]) -> str:
        unclear = ""
        for _, holds in alternatives:
            try:
                if holds(facts, values):
                    return "holds"
            except Undetermined as error:
                unclear = error.message
        return unclear

    def evaluate(facts: Facts) -> Answer:
        tally = Tally()
        judged: dict[tuple[tuple[str, str], ...], str] = {}
        for entry in facts.entries:
            values = values_of(facts, entry)
            if values is None:
                continue
            tally.looked = True
            key = tuple(sorted(values.items()))
            if key not in judged:
                judged[key] = judge(facts, values)
            if judged[key] == "holds":
                continue
            if judged[key]:
                tally.unclear(f"{wanted}: {judged[key]}", entry_witness(entry))
            else:
                tally.broken(f"{entry.path} is changed without {wanted}", entry_witness(entry))
        return tally.answer("the evidence is there", "no such path is changed")

    return evaluate
