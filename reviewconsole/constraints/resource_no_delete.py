"""`resource.no_delete`: infrastructure that may not go, nor be deleted and made anew.

Keys: `formats` (of terraform, cloudformation, kubernetes; default all), `protect` (patterns of
addresses: `aws_db_instance.*`, `AWS::RDS::DBInstance.*`, `kind:PersistentVolumeClaim`; default all),
`identity` (fields whose change means delete and recreate; default a short list), `paths` (default all), `modules`
(false: a Terraform module that is called otherwise is not looked at).
A resource that moves to another changed file of its folder, or by a `moved` block, stays. Undecidable
for a template, a file that cannot be parsed, a changed `count` or `for_each`, and a module whose call
is changed or removed.
"""

from collections.abc import Callable, Iterable

from reviewconsole import lazy_re as re
from reviewconsole.change import decode
from reviewconsole.constraints.facts import Answer, Facts, Tally, Undetermined, entry_witness, sides, text_witness
from reviewconsole.constraints.reading.resources import FORMATS, Inventory, Resource, inventory
from reviewconsole.diff import FileDiff
from reviewconsole.finding import Side
from reviewconsole.globs import Globs
from reviewconsole.mapping import Table

_IDENTITY = (
    "identifier", "cluster_identifier", "bucket", "db_name", "availability_zone", "engine", "kms_key_id",
    "storage_encrypted", "hash_key", "range_key", "DBInstanceIdentifier", "DBClusterIdentifier", "BucketName",
    "TableName", "Engine", "KeySchema", "KmsKeyId", "StorageEncrypted", "clusterIP", "storageClassName",
    "volumeName", "volumeClaimTemplates", "selector",
)  # fmt: skip
_Key = tuple[str, str, str]


def _keys(resources: Iterable[Resource]) -> dict[_Key, Resource]:
    return {(one.format, one.scope, one.address): one for one in resources}


class _Sides:
    """All resources of both sides, over all changed files."""

    def __init__(self) -> None:
        self.old: list[Inventory] = []
        self.new: list[Inventory] = []

    def moved(self) -> dict[str, str]:
        return {old: new for one in self.new for old, new in one.moved.items()}

    def kept(self) -> frozenset[str]:
        return frozenset(address for one in self.new for address in one.kept)


def _witness_of(one: Resource, side: Side) -> tuple[str, Side, str, int, int]:
    return one.path, side, one.text, one.lines[0], one.lines[1]


def _compare(found: _Sides, tally: Tally, protect: Globs, identity: tuple[str, ...], *, modules: bool) -> None:
    old = _keys(one for side in found.old for one in side.resources)
    new = _keys(one for side in found.new for one in side.resources)
    moved, kept = found.moved(), found.kept()
    for (kind, scope, address), was in old.items():
        if not any(protect.matches(name) for name in was.names):
            continue
        tally.looked = True
        now = new.get((kind, scope, moved.get(address, address)))
        if now is None:
            if address not in kept:
                tally.broken(f"{address} is removed from {was.path}", text_witness(*_witness_of(was, Side.OLD)))
            continue
        for name in identity:
            if name in was.fields and was.fields.get(name) != now.fields.get(name):
                tally.broken(
                    f"{address} has another {name}, so it is deleted and made anew",
                    text_witness(*_witness_of(was, Side.OLD)),
                    text_witness(*_witness_of(now, Side.NEW)),
                )
        if was.repeated != now.repeated:
            tally.unclear(
                f"{address} changes how many there are of it",
                text_witness(*_witness_of(was, Side.OLD)),
                text_witness(*_witness_of(now, Side.NEW)),
            )
    called = _keys(one for side in found.new for one in side.modules)
    for key, was in _keys(one for side in found.old for one in side.modules if modules).items():
        now = called.get(key)
        if now is None or " ".join(now.text.split()) != " ".join(was.text.split()):
            tally.looked = True
            verb = "is removed" if now is None else "is called otherwise"
            tally.unclear(
                f"{was.address} {verb}, and what it holds is not read", text_witness(*_witness_of(was, Side.OLD))
            )


def parse(table: Table) -> Callable[[Facts], Answer]:
    """Read formats, protected addresses and identity fields."""
    formats = table.texts("formats", FORMATS, choices=FORMATS)
    protect = Globs(table.texts("protect", ("**",)), place=f"{table.place}.protect")
    identity = table.texts("identity", _IDENTITY)
    paths = Globs(table.texts("paths", ("**",)), place=f"{table.place}.paths")
    modules = table.flag("modules", default=True)

    def evaluate(facts: Facts) -> Answer:
        tally = Tally()
        found = _Sides()
        for entry, file in facts.matching(paths):
            try:
                texts = sides(entry, file) if file is not None and not file.binary else (None, None)
                read = [inventory(entry.path, text, formats) if text is not None else None for text in texts]
            except Undetermined as error:
                if entry.status != "A" and _may_hold(entry.path) and _may_protect(file, protect):
                    tally.looked = True
                    tally.unclear(f"{entry.path} {error.message}", entry_witness(entry))
                continue
            for one, into in zip(read, (found.old, found.new), strict=True):
                if one is not None:
                    into.append(one)
        _compare(found, tally, protect, identity, modules=modules)
        return tally.answer("every protected resource is still there", "no protected resource is in a changed file")

    return evaluate


_NAMED = re.compile(rb"^\s*-?\s*[\"']?(kind|Type)[\"']?\s*:\s*[\"']?([^\s\"',#]+)", re.MULTILINE)


def _may_protect(file: FileDiff | None, protect: Globs) -> bool:
    """Whether what cannot be read may hold a protected resource.

    Not, where every kind it names is written out and none is protected.
    """
    if file is None or file.old is None or file.path.endswith((".tf", ".tofu", ".tf.json")):
        return True
    for word, name in _NAMED.findall(file.old):
        kind = decode(name)
        names = (f"kind:{kind}", f"kind:{kind}/-/-") if word == b"kind" else (f"{kind}.-",)
        if (
            "{" in kind
            or any(map(protect.matches, names))
            or any(p.startswith(names[0][:-1]) for p in protect.patterns)
        ):
            return True
    return False


def _may_hold(path: str) -> bool:
    return path.endswith((".tf", ".tofu", ".tf.json", ".yaml", ".yml", ".json", ".template"))
