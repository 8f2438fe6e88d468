"""Find limits in configuration that change by a lot."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.places import changed_at
from reviewconsole.detection.source import Source
from reviewconsole.detection.yaml_tree import number
from reviewconsole.finding import Family, Severity, Side

PAGE = page_of(
    "config-limit-changed",
    title="A limit changes by a lot",
    family=Family.RISK,
    severity=Severity.MEDIUM,
    what="Finds limits, pools, quotas, buffers and lifetimes in configuration that at least double or halve.",
    why="Numbers like these are not tested and take effect everywhere at once; collections of post-mortems have a "
    "section of their own for configuration changes.",
    example="-  max_connections: 100\n+  max_connections: 1000",
    instead="Say which measurement asks for the number and what is behind it (does the database allow that many?), and "
    "roll it out in steps.",
    references=(
        "https://github.com/danluu/post-mortems#config-errors",
        "https://sre.google/workbook/configuration-design/",
    ),
    languages=("yaml", "terraform", "json", "toml"),
    alias="f-04",
)
_ROW = re.compile(
    r"^\s*-?\s*[\"']?(?P<name>[\w.-]*\w)[\"']?\s*[:=]\s*[\"']?(?P<value>-?\d[\d_.]*(?:ms|[smhdw]|%|[KMGT]i?B?)?)[\"']?\s*,?\s*(?:[#/].*)?$"
)
_LIMIT = re.compile(
    r"max|min_|limit|quota|pool|size$|capacity|concurrency|workers|threads|connections?|rate|burst|throttl|buffer|queue_?(length|size)|batch|ttl|expir|retention|lifetime|backlog|"
    r"memory|heap|shards|partitions|window|cache|depth|iops|throughput|backoff|interval",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"version|port|id$|line|width|height|font|image|timeout|replicas|retries|period|threshold|year|percent|min_size|max_size|desired",
    re.IGNORECASE,
)
_SCALE = {"K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}
_LONGEST = 300
_BY = 2.0


def check(context: Context) -> Iterator[Hit]:
    """Name the numbers that at least doubled or halved."""
    for source in context.sources:
        config = source.kind in ("yaml", "terraform", "json") or source.path.endswith(
            (".toml", ".ini", ".conf", ".properties", ".cfg", ".env")
        )
        if (
            not config
            or not source.added
            or not source.removed
            or source.path.endswith(("package.json", "pyproject.toml"))
        ):
            continue
        before = _numbers(source, Side.OLD)
        for key, (value, text, at) in _numbers(source, Side.NEW).items():
            was = before.get(key)
            if was and value > 0 and was[0] > 0 and max(value / was[0], was[0] / value) >= _BY:
                message = f"{key[1]} changes from {was[1]} to {text}"
                yield from changed_at(PAGE.rule, source, Side.NEW, (at, at), message)


def _numbers(source: Source, side: Side) -> dict[tuple[str, str, int], tuple[float, str, int]]:
    found: dict[tuple[str, str, int], tuple[float, str, int]] = {}
    seen: dict[tuple[str, str], int] = {}
    for at in sorted(source.changed(side)):
        row = source.lines(side)[at - 1]
        match = _ROW.match(row) if row.strip() and len(row) <= _LONGEST else None
        if not match or not _LIMIT.search(match["name"]) or _OTHER.search(match["name"]):
            continue
        value = _value(match["value"].replace("_", ""))
        if value is not None:
            where = (source.host_name(side, at), match["name"])
            seen[where] = seen.get(where, 0) + 1
            found[(*where, seen[where])] = (value, match["value"], at)
    return found


def _value(text: str) -> float | None:
    match = re.fullmatch(r"(-?\d+(?:\.\d+)?)([KMGT])i?B?", text)
    return float(match[1]) * _SCALE[match[2]] if match else number(text)


CHECK = Check(page=PAGE, run=check)
