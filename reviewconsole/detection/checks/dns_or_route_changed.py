"""Find changes of the names, certificates and routes by which others find a service."""

from collections import Counter
from collections.abc import Iterator
from itertools import takewhile

from reviewconsole import lazy_re as re
from reviewconsole.detection.addresses import handed_over
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.places import changed_at
from reviewconsole.detection.source import Source
from reviewconsole.detection.tf_pairs import Placed, attributes, paired_blocks
from reviewconsole.detection.yaml_nodes import scalar
from reviewconsole.detection.yaml_tree import Document, Place, at_entry, counterpart, documents, number, paired
from reviewconsole.finding import Family, Severity, Side

PAGE = page_of(
    "dns-or-route-changed",
    title="A name, certificate or route changes",
    family=Family.RISK,
    severity=Severity.HIGH,
    what="Finds DNS records, zones, certificates, routes and firewall rules that are changed or removed "
    "(Terraform, zone "
    "files, record lists in YAML, ingresses and gateways). Text records and verification names weigh little; a new "
    "record does not count.",
    why="The change takes effect everywhere at once and comes back only as fast as caches expire. Facebook in October "
    "2021 withdrew its own routes; rust-lang.org in 2023 lost records that were made anew.",
    example='-   records = ["192.0.2.10"]\n+   records = ["192.0.2.20"]',
    instead="Lower the TTL first, change one record at a time, check the answer from outside, and keep the old target "
    "up until the old TTL has passed.",
    references=(
        "https://engineering.fb.com/2021/10/05/networking-traffic/outage-details/",
        "rust-lang.org DNS incident 2023",
    ),
    languages=("terraform", "yaml", "kubernetes", "zone files"),
    alias="f-05",
)
_TYPES = re.compile(
    r"aws_route53_(record|zone|zone_association|delegation_set)|cloudflare_(dns_)?(record|zone)"
    r"|google_dns_(record_set|managed_zone)|azurerm_(private_)?dns_\w+"
    r"|dnsimple_\w+|digitalocean_(record|domain)|ns1_record|dme_record|gandi_livedns_record"
    r"|ovh_domain_zone_record|hetznerdns_record|linode_domain_record"
    r"|aws_acm_certificate|google_compute_(managed_)?ssl_certificate|azurerm_app_service_certificate"
    r"|aws_route|aws_route_table|google_compute_route\w*"
    r"|azurerm_route\w*|aws_network_acl_rule|google_compute_firewall|aws_dx_\w+|google_compute_router_peer"
    r"|aws_vpc_peering_connection|aws_ec2_transit_gateway_route\w*"
)
_MODULE = re.compile(r"dns|route53|records?\b|zone", re.IGNORECASE)
_HOLDS = re.compile(
    r"^(name|type|records?|ttl|value|values|content|rrdatas|zone_id|zone|domain(_name)?"
    r"|subject_alternative_names|evaluate_target_health"
    r"|\w*gateway_id|\w*cidr_block|\w*_ranges?|dest_range|next_hop\w*|nat_gateway_id|\w*endpoint_id|peer_\w+"
    r"|proxied|hostname|target\w*|set_identifier|weight|priority"
    r"|validation_method|rule_action|rule_number|protocol|ports|from_port|to_port|alias"
    r"|vpc_peering_connection_id|network_interface_id|address_prefix|count|for_each)$"
)
_NAMED = re.compile(r"record|zone|certificate|domain|dns")
_REFERENCE = re.compile(r"\b(?:[a-z]+_\w+|module)\.\w+")
_LITERAL = re.compile(r"\"[\w*-]+(\.[\w-]+)+\.?\"|\"[0-9a-fA-F:]{3,}\"")
_LIGHT = re.compile(r"_dmarc|_domainkey|_acme|verification|spf|dkim|\bTXT\b|validation|confirm", re.IGNORECASE)
_ZONE_FILE = re.compile(r"(^|/)(db\.[\w.-]+|[\w.-]+\.zone|zones?/[\w./-]+\.(db|txt|hosts))$")
_TASKS = frozenset({"tasks", "hosts", "roles", "handlers"})
"""Parts of a playbook, which holds no records of its own."""
_FILLED = re.compile(r"\$\{[^}]*\}")
_INDEX = re.compile(r"\[(count\.index|each\.key|0)\]|\b(local|var)\.")
_RECORD = re.compile(
    r"^(\S+)?\s+(\d+\w?\s+)?(IN\s+)?(A|AAAA|CNAME|MX|NS|CAA|SRV|TXT|PTR|DNAME)\s+(\S.*)$", re.IGNORECASE
)
_DNS_FILE = re.compile(r"dns|octo|zone|route53|records?", re.IGNORECASE)
_ROUTED = frozenset(
    {
        "Ingress",
        "HTTPRoute",
        "VirtualService",
        "Gateway",
        "IngressRoute",
        "TLSRoute",
        "TCPRoute",
        "HTTPProxy",
        "Certificate",
        "DNSEndpoint",
        "ManagedCertificate",
        "Route",
    }
)
_FIELDS = frozenset(
    {
        "host",
        "hosts",
        "hostnames",
        "dnsNames",
        "commonName",
        "secretName",
        "path",
        "targets",
        "fqdn",
        "recordType",
        "dnsName",
        "match",
    }
)
_SERVED = frozenset({"Service", "Deployment", "StatefulSet"})
_SUMMARY = 3
_SHORT = 4
"""Shorter values are too common to recognise."""
_ANNOTATION = "external-dns.alpha.kubernetes.io/"


def check(context: Context) -> Iterator[Hit]:
    """Name records, certificates and routes that change or go."""
    blocks = list(paired_blocks(context))
    kept = handed_over(context)
    gone = {old.block.address for old, new in blocks if old is not None and new is None}
    came = {new.block.address for old, new in blocks if old is None and new is not None}
    left: dict[str, list[Placed]] = {}
    for old, new in blocks:
        if old is None or not _is_route(old):
            continue
        if new is not None:
            yield from _block(old, new, gone, came)
        elif old.block.type == "resource" and old.block.address not in kept and not _led_to(old, gone):
            left.setdefault(old.folder, []).append(old)
    for found in left.values():
        yield from _removed(found)
    for before, after in paired(context):
        if before.kind in _ROUTED:
            yield from _object(before, after, context)
        elif (
            after is not None
            and not before.kind
            and before.source.kind == "yaml"
            and _DNS_FILE.search(before.source.path)
            and not any(_TASKS & set(place) for place in before.entries)
        ):
            yield from _records(before, after)
        if after is not None and before.kind == "Service":
            yield from _annotations(before, after)
    for source in context.sources:
        if _ZONE_FILE.search(source.path) and source.removed:
            yield from _zone(source)


def _is_route(item: Placed) -> bool:
    block = item.block
    if block.type == "resource" and block.labels:
        return bool(_TYPES.fullmatch(block.labels[0]))
    named = " ".join((*block.labels, block.attribute("source")))
    return block.type in ("module", "locals") and bool(
        _MODULE.search(named) or (block.type == "locals" and _DNS_FILE.search(item.source.path))
    )


def _led_to(old: Placed, gone: set[str]) -> bool:
    """Tell whether what the record, certificate or route speaks of goes as well: then it is a retirement."""
    own = old.block.address
    return any(each in gone and each != own for each in _REFERENCE.findall(old.text(Side.OLD)))


def _removed(found: list[Placed]) -> Iterator[Hit]:
    """Many in one folder are told as one."""
    for old in found[:1] if len(found) > _SUMMARY else found:
        more = f" with {len(found) - 1} more" if len(found) > _SUMMARY else ""
        light = Severity.LOW if _LIGHT.search(old.text(Side.OLD)) else None
        span = (old.block.first, old.block.last)
        message = f"{old.block.address}{more} is removed"
        yield from changed_at(PAGE.rule, old.source, Side.OLD, span, message, severity=light)


def _block(old: Placed, new: Placed, gone: set[str], came: set[str]) -> Iterator[Hit]:
    text = old.text(Side.OLD)
    light = Severity.LOW if _LIGHT.search(text) else None
    before, after = attributes(old.block), attributes(new.block)
    for path, item in after.items():
        was, name = before.get(path), path.rpartition(".")[2].partition("#")[0]
        held = _HOLDS.match(name) or "alias" in path or (new.block.type != "resource" and _LITERAL.search(item.value))
        if was is None or was.value == item.value or not held or _same(was.value, item.value):
            continue
        if name in ("version", "source"):
            continue
        if (name == "count" and item.value not in ("0", "false")) or (
            name == "name" and not _NAMED.search(str(new.block.labels))
        ):
            continue
        if _renamed(was.value, item.value, gone, came):
            continue
        softer = name == "ttl" or _indirect(name, was.value, item.value)
        severity = light or (Severity.MEDIUM if softer else None)
        if _added_to(was.value, item.value):
            continue
        message = f"{name} of {new.block.address} changes from {_part(was.value, item.value)}"
        yield from changed_at(PAGE.rule, new.source, Side.NEW, (item.first, item.last), message, severity=severity)
    for path, item in before.items():
        name = path.rsplit(".", 1)[-1].split("#")[0]
        if path not in after and (_HOLDS.match(name) or "alias" in path) and name not in ("count", "for_each", "ttl"):
            host = path.rsplit(".", 1)[0] if "." in path else ""
            if not any(
                key.rsplit(".", 1)[-1].split("#")[0] == name and after[key].value == item.value for key in after
            ):
                message = f"{name} is removed from {new.block.address}{' ' + host if host else ''}"
                yield from changed_at(PAGE.rule, old.source, Side.OLD, (item.first, item.last), message, severity=light)


def _renamed(before: str, after: str, gone: set[str], came: set[str]) -> bool:
    """Tell whether the values differ only by a resource that got another name in this change."""
    ours, theirs = _REFERENCE.findall(before), _REFERENCE.findall(after)
    different = [(a, b) for a, b in zip(ours, theirs, strict=False) if a != b]
    return (
        len(ours) == len(theirs)
        and _REFERENCE.sub("", before) == _REFERENCE.sub("", after)
        and all(a in gone and b in came and a.split(".")[0] == b.split(".")[0] for a, b in different)
    )


def _indirect(name: str, before: str, after: str) -> bool:
    """Tell whether a variable, local or condition was put around the value, so that it may be the same."""
    variables = re.compile(r"^[\"$ {]*(var|local|each|data)\.")
    around = before in after or after in before
    return (
        name == "for_each"
        or around
        or _refilled(before, after)
        or bool(variables.match(before) and variables.match(after))
    )


def _refilled(before: str, after: str) -> bool:
    """Tell whether the values differ by the name of what fills them alone."""
    return "${" in before and _FILLED.sub("${}", before) == _FILLED.sub("${}", after)


def _added_to(before: str, after: str) -> bool:
    """Tell whether a list of records only grew."""
    ours, theirs = (Counter(re.findall(r"[\w./:*-]+", text)) for text in (before, after))
    return before.startswith("[") and "{" in before and ours <= theirs


def _part(before: str, after: str) -> str:
    """Both values, from shortly before the first difference on."""
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(before, after, strict=False)))
    begun = max(0, same - 12) if same > 40 else 0
    mark = "…" if begun else ""
    return f"{mark}{before[begun : begun + 60]} to {mark}{after[begun : begun + 60]}"


def _same(before: str, after: str) -> bool:
    """Equal but for order, quotes and the final dot of a name."""
    ours, theirs = (
        sorted(word.rstrip(".").lower() for word in re.findall(r"[\w./:*-]+", _INDEX.sub("", text)))
        for text in (before, after)
    )
    return ours == theirs


def _falls(before: str, after: str) -> bool:
    old, new = number(before), number(after)
    return old is not None and new is not None and new < old


def _object(old: Document, new: Document | None, context: Context) -> Iterator[Hit]:
    if new is None:
        if not _served_gone(old, context):
            message = f"{old.label} is removed: its names no longer lead anywhere"
            yield from changed_at(PAGE.rule, old.source, Side.OLD, (old.line, old.end_line), message)
        return
    ours, theirs = _fields(old), _fields(new)
    if ours == theirs:
        return
    for place in [place for place in theirs if place in ours and ours[place] != theirs[place]]:
        message = f"{place[-1]} of {new.label} changes from {ours[place][:50]} to {theirs[place][:50]}"
        severity = Severity.MEDIUM if _refilled(ours[place], theirs[place]) else None
        yield from at_entry(PAGE.rule, new, new.entries[place], message, severity=severity)
    kept = set(theirs.values())
    for place in [place for place in ours if place not in theirs and ours[place] not in kept and ours[place]]:
        host = counterpart(place[:1], old, new)
        if host is not None and not (
            (old.templated or new.templated) and _now_a_value(context, old.source, ours[place])
        ):
            message = f"{ours[place][:60]} is removed from {new.label}"
            yield from at_entry(PAGE.rule, old, old.entries[place], message)
    yield from _annotations(old, new)


def _now_a_value(context: Context, source: Source, value: str) -> bool:
    """Tell whether the change writes what left a template into another file of values."""
    return len(value) > _SHORT and any(
        other is not source and other.kind == "yaml" and any(value in other.new[at - 1][:1000] for at in other.added)
        for other in context.sources
    )


def _fields(document: Document) -> dict[Place, str]:
    found = {}
    for place, entry in document.entries.items():
        if place[0] != "spec" or not scalar(entry.node) or "T." in scalar(entry.node):
            continue
        field = place[-1] if not place[-1].startswith("[") else place[-2]
        backend = field == "name" and {"service", "backend", "backendRefs", "services"} & set(place)
        legacy = field == "serviceName" and "backend" in place
        if field in _FIELDS or backend or legacy or (field in ("serviceName", "host") and "destination" in place):
            found[place] = scalar(entry.node)
    return found


def _served_gone(old: Document, context: Context) -> bool:
    """Tell whether the change also removes what the object led to, or adds another object for its hosts."""
    hosts = {value for place, value in _fields(old).items() if "host" in place[-1].lower() or "." in value}
    services = {value for place, value in _fields(old).items() if place[-1] in ("name", "serviceName", "host")}
    for source in context.sources:
        if source.kind != "yaml":
            continue
        kept = {document.label for document in documents(source, Side.NEW)}
        gone = [d for d in documents(source, Side.OLD) if d.kind in _SERVED and d.label not in kept]
        if any(d.name in services or d.name == old.name for d in gone):
            return True
        if any(
            d.kind in _ROUTED and hosts and hosts <= set(_fields(d).values())
            for d in documents(source, Side.NEW)
            if source.added
        ):
            return True
    return old.templated and not any(
        s.has_new for s in context.sources if s.path.rpartition("/")[0] == old.source.path.rpartition("/")[0]
    )


def _annotations(old: Document, new: Document) -> Iterator[Hit]:
    for place, entry in old.entries.items():
        if place[-1].startswith(_ANNOTATION):
            now = new.entries.get(place)
            if now is None or scalar(now.node) != scalar(entry.node):
                message = f"{place[-1]} of {old.label} changes or goes"
                yield from (
                    list(
                        at_entry(
                            PAGE.rule,
                            new,
                            now,
                            message,
                            severity=Severity.MEDIUM if _refilled(scalar(entry.node), scalar(now.node)) else None,
                        )
                    )
                    if now
                    else at_entry(PAGE.rule, old, entry, message)
                )


def _records(old: Document, new: Document) -> Iterator[Hit]:
    """Record lists of their own: values, targets and TTLs of names that stay, and names that go."""
    for place, entry in old.entries.items():
        field = place[-1] if not place[-1].startswith("[") or len(place) < 2 else place[-2]
        if field not in (
            "value",
            "values",
            "records",
            "target",
            "targets",
            "data",
            "content",
            "rrdatas",
            "ttl",
            "type",
        ) or not scalar(entry.node):
            continue
        light = (
            Severity.LOW
            if _LIGHT.search(" ".join((*place, scalar(entry.node)))) or "TXT" in _kind(old, place)
            else None
        )
        now = new.entries.get(place)
        if now is not None and scalar(now.node) != scalar(entry.node):
            severity = light or (
                Severity.MEDIUM if field == "ttl" and _falls(scalar(entry.node), scalar(now.node)) else None
            )
            message = f"{'.'.join(place)} changes from {scalar(entry.node)[:50]} to {scalar(now.node)[:50]}"
            yield from at_entry(PAGE.rule, new, now, message, severity=severity)
        elif now is None and field != "ttl":
            yield from at_entry(PAGE.rule, old, entry, f"{'.'.join(place)} is removed", severity=light)


def _kind(document: Document, place: Place) -> str:
    for depth in range(len(place) - 1, 0, -1):
        held = document.entries.get((*place[:depth], "type"))
        if held is not None:
            return scalar(held.node)
    return ""


def _zone(source: Source) -> Iterator[Hit]:
    kept = [" ".join(row.split()) for row in source.new]
    for at in sorted(source.removed):
        match = _RECORD.match(source.old[at - 1][:1000])
        if match and " ".join(source.old[at - 1].split()) not in kept:
            severity = Severity.LOW if match[4].upper() == "TXT" or _LIGHT.search(match[0]) else None
            message = f"The {match[4].upper()} record of {match[1] or 'the name above'} changes or goes"
            yield from changed_at(PAGE.rule, source, Side.OLD, (at, at), message, severity=severity)


CHECK = Check(page=PAGE, run=check)
