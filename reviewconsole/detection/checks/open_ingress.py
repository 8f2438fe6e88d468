"""Find doors that are opened to everybody."""

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network

from reviewconsole import lazy_re as re
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.places import changed_at
from reviewconsole.detection.terraform import Attribute, Block
from reviewconsole.detection.tf_pairs import Placed, attributes, paired_blocks
from reviewconsole.detection.yaml_nodes import get, items, scalar
from reviewconsole.detection.yaml_tree import Document, Place, at_entry, documents, paired
from reviewconsole.finding import Confidence, Family, Severity, Side

PAGE = page_of(
    "open-ingress",
    title="A door is opened to everybody",
    family=Family.BOUNDARY,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    what="Finds ingress from any address on ports other than 80 and 443, address ranges that widen by a lot, public "
    "buckets and databases, members such as allUsers, and network policies that go (Terraform, CloudFormation, "
    "Kubernetes).",
    why="What listens there is found by scanners within minutes, and it was built for a network where only "
    "friends call.",
    example='-     cidr_blocks = ["10.20.0.0/16"]\n+     cidr_blocks = ["0.0.0.0/0"]',
    instead="Allow the ranges or security groups that call it; put what the world must reach behind a load balancer.",
    references=("CKV_AWS_24, CKV_AWS_25, CKV_AWS_260", "trivy no-public-ingress", "CWE-284"),
    languages=("terraform", "yaml", "kubernetes"),
    alias="s-03",
)
_ADDRESSES = re.compile(
    r"cidr|source_ranges?|source_address_prefix|allowed|authorized|whitelist|allow_?list|ip_range|start_ip"
    r"|public_access|ingress|trusted",
    re.IGNORECASE,
)
_NOT_INGRESS = re.compile(r"egress|outbound|destination|nat|dns|route", re.IGNORECASE)
_ELSEWHERE = re.compile(r"^(aws_route|aws_route_table|google_compute_route|azurerm_route"
                        r"|aws_default_route_table|aws_ec2_transit_gateway_route"
                        r"|aws_vpc_security_group_egress_rule|aws_vpn_connection_route|aws_subnet"
                        r"|aws_vpc)$")  # fmt: skip
_ANYBODY = re.compile(r"(?<![\d.])0\.0\.0\.0/0|(?<![\w:])::/0|\b0\.0\.0\.0/1\b|128\.0\.0\.0/1")
_NETWORK = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}/\d{1,2}|(?<![\w:])[0-9a-fA-F:]{2,}/\d{1,3}")
_PUBLIC = {
    "publicly_accessible": re.compile(r"true$"),
    "acl": re.compile(r"\"?public-read"),
    "block_public_acls": re.compile(r"false$"),
    "block_public_policy": re.compile(r"false$"),
    "ignore_public_acls": re.compile(r"false$"),
    "restrict_public_buckets": re.compile(r"false$"),
    "public_network_access_enabled": re.compile(r"true$"),
    "allow_blob_public_access": re.compile(r"true$"),
    "allow_nested_items_to_be_public": re.compile(r"true$"),
    "member": re.compile(r"\"?all(Authenticated)?Users"),
    "members": re.compile(r".*\"all(Authenticated)?Users"),
    "container_access_type": re.compile(r"\"?(blob|container)"),
    "authorization": re.compile(r"\"?NONE\"?$"),
    "identifiers": re.compile(r"\[\"\*\"\]$"),
}
_WEB = frozenset({"80", "443", "80-80", "443-443"})
_FAR, _WIDE = 8, 4
_STATEMENT = re.compile(r"\s*(dynamic\s+\")?statement\"?\s*\{")
_NARROWED = re.compile(r"\s*(condition\s*\{|effect\s*=\s*\"Deny)")


def check(context: Context) -> Iterator[Hit]:
    """Name openings that were not there before."""
    for old, new in paired_blocks(context):
        if new is not None:
            yield from _block(old, new)
    known = set()
    for before, after in paired(context):
        if after is None and before.kind == "NetworkPolicy":
            yield from _policy_gone(before, context)
        if after is not None:
            known.add((after.source.path, after.label))
            yield from _document(before, after)
    for source in context.sources:
        if source.kind == "yaml" and source.added:
            for document in documents(source, Side.NEW):
                if (source.path, document.label) not in known:
                    yield from _document(None, document)


def _block(old: Placed | None, new: Placed) -> Iterator[Hit]:
    kind = new.block.labels[0] if new.block.labels else ""
    if new.block.type not in ("resource", "module", "data", "variable", "locals", "") or _ELSEWHERE.match(kind):
        return
    before, after = attributes(old.block if old else None), attributes(new.block)
    taken = _openings(old.block if old else None, before)
    for (path, ports), item in _openings(new.block, after).items():
        if (path, ports) in taken:
            continue
        severity = Severity.MEDIUM if new.block.type in ("variable", "locals") else None
        where = f"port {ports}" if ports else "it"
        message = f"{new.block.address} lets every address reach {where}"
        beside = [each for key, each in after.items() if key.rpartition(".")[0] == path.rpartition(".")[0]]
        for each in (item, *beside):
            found = list(
                changed_at(PAGE.rule, new.source, Side.NEW, (each.first, each.last), message, severity=severity)
            )
            if found:
                yield from found
                break
    for path, item in after.items():
        name, was = path.rpartition(".")[2].partition("#")[0], before.get(path)
        public = _PUBLIC.get(name)
        if public and public.match(item.value) and not (was and public.match(was.value)) and _allows(path, item, new):
            yield from changed_at(
                PAGE.rule,
                new.source,
                Side.NEW,
                (item.first, item.last),
                f"{new.block.address} is opened to the public by {name}",
            )
        elif was is not None and was.value != item.value and _inward(path, new.block, after):
            yield from _widened(was.value, item, new)


def _widened(before: str, item: Attribute, new: Placed) -> Iterator[Hit]:
    pair = _growth(before, item.value)
    if pair is not None:
        severity = None if pair[0].prefixlen - pair[1].prefixlen >= _FAR or pair[1].prefixlen <= 8 else Severity.MEDIUM
        message = f"{new.block.address} widens {pair[0]} to {pair[1]}"
        yield from changed_at(PAGE.rule, new.source, Side.NEW, (item.first, item.last), message, severity=severity)


def _growth(before: str, after: str) -> tuple[IPv4Network | IPv6Network, IPv4Network | IPv6Network] | None:
    """The network that grew by a lot, and what it became."""
    ours, theirs = _networks(before), _networks(after)
    for new in theirs:
        for old in ours:
            if (
                new not in ours
                and old not in theirs
                and new.version == old.version
                and 0 < new.prefixlen <= old.prefixlen - _WIDE
                and old.network_address in new
            ):
                return old, new
    return None


def _networks(text: str) -> list[IPv4Network | IPv6Network]:
    found = []
    for each in _NETWORK.findall(text):
        try:
            found.append(ip_network(each, strict=False))
        except ValueError:
            continue
    return found


def _allows(path: str, item: Attribute, new: Placed) -> bool:
    """For principals: a statement that allows, without a condition; for anything else always."""
    if not path.partition("#")[0].endswith("identifiers"):
        return True
    rows, first, last = new.source.new, item.first, item.last
    while first > new.block.first and not _STATEMENT.match(rows[first - 1]):
        first -= 1
    while last < new.block.last and not _STATEMENT.match(rows[last]):
        last += 1
    return not any(_NARROWED.match(row) for row in rows[first - 1 : last])


def _inward(path: str, block: Block, after: Mapping[str, Attribute]) -> bool:
    name = path.rsplit(".", 1)[-1]
    owner = " ".join((path, *block.labels)) if block.type in ("variable", "module", "locals") else path
    if _NOT_INGRESS.search(path) or not (_ADDRESSES.search(name) or _ADDRESSES.search(owner)):
        return False
    direction = " ".join(after[key].value for key in ("type", "direction") if key in after)
    return not re.search(r"egress|outbound", direction, re.IGNORECASE) and not (
        block.type == "variable" and _NOT_INGRESS.search(" ".join(block.labels))
    )


def _openings(block: Block | None, held: Mapping[str, Attribute]) -> dict[tuple[str, str], Attribute]:
    """Path and ports of each attribute that lets everybody in."""
    found: dict[tuple[str, str], Attribute] = {}
    if block is None:
        return found
    for path, item in held.items():
        anybody = bool(_ANYBODY.search(item.value)) or (
            path.endswith("source_address_prefix") and item.value.strip('"') in ("*", "Internet", "Any")
        )
        if not anybody or not _inward(path, block, held):
            continue
        prefix, _, last = path.rpartition(".")
        number = last.partition("#")[2]
        ports = _ports(prefix, number, held)
        mark = f"#{number}" if number else ""
        protocol = held.get(f"{prefix}.protocol{mark}" if prefix else "protocol")
        if protocol is not None and "icmp" in protocol.value:
            continue
        if ports not in _WEB and not _only_web(ports) and not ("ingress" in path and _text_web(item.value)):
            found[path.partition("#")[0], ports] = item
    return found


def _ports(prefix: str, number: str, held: Mapping[str, Attribute]) -> str:
    """The ports beside the addresses; empty for all or where it does not say."""
    mark, dot = f"#{number}" if number else "", f"{prefix}." if prefix else ""

    def value(*names: str) -> str:
        for name in names:
            for key in (f"{dot}{name}{mark}", f"{dot}{name}", f"{dot}allow.{name}"):
                if key in held:
                    return held[key].value.strip('"')
        return ""

    first, last = value("from_port"), value("to_port")
    if first or last:
        return f"{first}-{last}" if first != last else first
    return re.sub(r"[\[\]\"\s]", "", value("ports", "port", "destination_port_range", "destination_port_ranges"))


def _only_web(ports: str) -> bool:
    return bool(ports) and set(ports.split(",")) <= _WEB


def _text_web(value: str) -> bool:
    """Tell of a list of rules written as one value whether it opens web ports only."""
    ports = set(re.findall(r"(?:from_port|to_port)\s*[=:]\s*\"?(\d+)", value))
    return bool(ports) and ports <= {"80", "443"}


def _document(old: Document | None, new: Document) -> Iterator[Hit]:
    for place, entry in new.entries.items():
        was = old.entries.get(place) if old else None
        name, value = place[-1], scalar(entry.node)
        if name in ("CidrIp", "CidrIpv6", "cidr", "cidr_ip") and _ANYBODY.search(value) and _yaml_inward(place, new):
            if was is None or scalar(was.node) != value:
                yield from at_entry(PAGE.rule, new, entry, f"Every address is let in by {name}")
        elif "loadBalancerSourceRanges" in place[:-1] and _ANYBODY.search(value) and was is None:
            yield from at_entry(PAGE.rule, new, entry, "Every address may use this load balancer")
        elif (
            name in ("PubliclyAccessible", "publiclyAccessible")
            and value == "true"
            and (was is None or scalar(was.node) != "true")
        ):
            yield from at_entry(PAGE.rule, new, entry, "The database is opened to the public")
        elif (
            was is not None
            and value != scalar(was.node)
            and _growth(scalar(was.node), value)
            and _ADDRESSES.search(".".join(place))
        ):
            yield from at_entry(PAGE.rule, new, entry, f"{name} widens {scalar(was.node)} to {value}")
    if old is not None and new.kind == "Service":
        gone = old.entries.get(("spec", "loadBalancerSourceRanges"))
        if (
            gone
            and ("spec", "loadBalancerSourceRanges") not in new.entries
            and scalar(new.get("spec", "type")) == "LoadBalancer"
        ):
            yield from at_entry(PAGE.rule, old, gone, "The load balancer no longer says who may use it")
    if new.kind == "NetworkPolicy":
        yield from _policy(old, new)


def _policy(old: Document | None, new: Document) -> Iterator[Hit]:
    for place, entry in new.entries.items():
        everybody = len(place) == 3 and place[:2] == ("spec", "ingress") and not getattr(entry.node, "value", None)
        if everybody and old is not None and place not in old.entries and not _ports_of(entry.node):
            yield from at_entry(PAGE.rule, new, entry, f"{new.label} lets everything in")


def _ports_of(node: object) -> bool:
    return bool(items(get(node, "ports")))  # type: ignore[arg-type]


def _policy_gone(old: Document, context: Context) -> Iterator[Hit]:
    chosen = old.get("spec", "podSelector")
    labels = {
        scalar(each.node)
        for place, each in old.entries.items()
        if place[:2] == ("spec", "podSelector") and scalar(each.node)
    }
    for source in context.sources:
        if source.kind == "yaml" and source.removed:
            kept = {document.label for document in documents(source, Side.NEW)}
            gone = [
                d
                for d in documents(source, Side.OLD)
                if d.label not in kept and d.kind in ("Deployment", "StatefulSet", "DaemonSet", "Namespace")
            ]
            if any(
                d.name in labels or (d.kind == "Namespace" and d.name == scalar(old.get("metadata", "namespace")))
                for d in gone
            ):
                return
    if chosen is not None and not old.templated:
        yield from changed_at(
            PAGE.rule,
            old.source,
            Side.OLD,
            (old.line, old.end_line),
            f"{old.label} is removed: its pods accept everything",
        )


def _yaml_inward(place: Place, document: Document) -> bool:
    if any(_NOT_INGRESS.search(part) and not part.startswith("[") for part in place[1:-1]):
        return False
    if place[-1] == "cidr" and "ingress" not in place:
        return False
    host = document.entries.get(place[:-1])
    port = scalar(get(host.node, "FromPort")) if host else ""
    last = scalar(get(host.node, "ToPort")) if host else ""
    kind = document.entries.get((*place[:2], "Type"))
    return not (port in ("80", "443") and last in ("80", "443", "")) and "Egress" not in (
        scalar(kind.node) if kind else ""
    )


CHECK = Check(page=PAGE, run=check)
