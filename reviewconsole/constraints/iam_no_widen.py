"""`iam.no_widen`: nobody may do more than before.

Keys: `paths` (patterns; default all). Read are IAM policies in JSON, CloudFormation and Terraform
(`aws_iam_policy_document`, `jsonencode`, heredoc) and the permissions of GitHub workflows. Violated by
a grant that nothing before covered and that names everything or may write, and by a denial that is
taken away. Undecidable for variables, NotAction and the like, and dynamic statements.
"""

from collections.abc import Callable
from dataclasses import replace

from reviewconsole.change import Entry
from reviewconsole.constraints.facts import Answer, Facts, Tally, Undetermined, entry_witness, sides, text_witness
from reviewconsole.constraints.reading.grants import Grant, grants
from reviewconsole.finding import Side
from reviewconsole.globs import Globs
from reviewconsole.mapping import Table

_MAY_HOLD = (".tf", ".json", ".yaml", ".yml", ".template")


def _said(grant: Grant) -> str:
    return f"{grant.effect} {grant.action} on {grant.resource} to {grant.principal}"


def _compare(tally: Tally, entry: Entry, old: tuple[Grant, ...], new: tuple[Grant, ...]) -> None:
    known = {replace(grant, line=0) for grant in old}
    wild = [grant for grant in old if grant.wide or "*" in grant.resource or not grant.condition]
    for grant in new:
        if replace(grant, line=0) in known or any(before.covers(grant) for before in wild):
            continue
        witness = text_witness(entry.path, Side.NEW, repr((_said(grant), grant.condition)), grant.line)
        if grant.effect == "Allow" and (grant.wide or grant.writes):
            tally.broken(f"{entry.path}:{grant.line} grants {_said(grant)}, which nothing covered before", witness)
        elif grant.unknown:
            tally.unclear(f"{entry.path}:{grant.line} grants {_said(grant)}, which depends on a variable", witness)
    for grant in old:
        if grant.effect == "Deny" and not any(after.covers(grant) for after in new):
            witness = text_witness(entry.path, Side.OLD, repr((_said(grant), grant.condition)), grant.line)
            tally.broken(f"{entry.path} no longer denies {grant.action} on {grant.resource}", witness)


def parse(table: Table) -> Callable[[Facts], Answer]:
    """Read `paths`."""
    paths = Globs(table.texts("paths", ("**",)), place=f"{table.place}.paths")

    def evaluate(facts: Facts) -> Answer:
        tally = Tally()
        for entry, file in facts.matching(paths):
            if not entry.path.endswith(_MAY_HOLD) or file is None or file.binary:
                continue
            try:
                before, after = sides(entry, file)
                old = grants(entry.path, before) if before is not None else ()
                new = grants(entry.path, after) if after is not None else ()
            except Undetermined as error:
                if _speaks(file.old, file.new, entry.path):
                    tally.looked = True
                    tally.unclear(f"{entry.path} {error.message}", entry_witness(entry))
                continue
            tally.looked = tally.looked or bool(old or new)
            _compare(tally, entry, old or (), new or ())
            if _default_again(entry.path, old or (), new or (), after):
                tally.unclear(f"{entry.path} drops its permissions for the repository's default", entry_witness(entry))
        return tally.answer("nobody may do more than before", "nothing that grants is changed")

    return evaluate


def _speaks(old: bytes | None, new: bytes | None, path: str) -> bool:
    """Whether a file that cannot be read may hold grants at all."""
    words = (b"Statement", b"iam_policy_document", b"permissions:")
    return ".github/workflows/" in path or any(word in side for side in (old, new) if side for word in words)


def _default_again(path: str, old: tuple[Grant, ...], new: tuple[Grant, ...], after: str | None) -> bool:
    whole = [any(grant.principal == "workflow" for grant in side) for side in (old, new)]
    return (
        ".github/workflows/" in path and after is not None and whole == [True, False] and "permissions: {}" not in after
    )
