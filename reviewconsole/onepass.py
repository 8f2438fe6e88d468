"""Read envelopes and decisions of the usual form in one pass each.

A store holds thousands of records of one layout, and reading them field by field takes longer than
checking their signatures. What is accepted here is a subset of what the strict parsers accept, with
the same value; all else (a name with an escape, an integer of 16 digits, anything wrong) is left to
them. Pure.
"""

import binascii
import json
from functools import lru_cache

from reviewconsole import lazy_re as re
from reviewconsole.attestation import PREDICATE_TYPE, Attestation
from reviewconsole.canonical import LARGEST_BYTES
from reviewconsole.chain import DIGEST, MOST_OBSERVED, PRINCIPAL, RECORD_ID, Observed
from reviewconsole.change import DIFF_ALGORITHM, Oid
from reviewconsole.decision import REASON_LIMIT, Acknowledgement, DecisionKind
from reviewconsole.envelope import PAYLOAD_TYPE, Envelope, parse_envelope
from reviewconsole.evidence import Participant
from reviewconsole.intoto import STATEMENT_TYPE
from reviewconsole.mapping import is_moment

_LARGEST_SIGNATURE = 65536

# Canonical JSON writes these characters as they are. `*+` never looks back (Python 3.11).
_CHARACTER = r'[^"\\\x00-\x1f]'
_TEXT = _CHARACTER + "*+"
_OID = "(?:[0-9a-f]{64}|[0-9a-f]{40})"
_ESCAPE = r'\\(?:["\\bfnrt]|u00(?:0[0-7bef]|1[0-9a-f]))'
_SAID = f"(?:{_CHARACTER}++|{_ESCAPE})++"
_MOMENT = "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"
_SEQUENCE = "[1-9][0-9]{0,14}"
_COUNT = f"(?:0|{_SEQUENCE})"
_ROLE = '"(?:author|co-author|committer|operator)"'


def _list(item: str) -> str:
    return rf"\[(?:{item}(?:,{item})*+)?+\]"


def _row(**fields: str) -> str:
    """One object with these fields in this order, each captured; a list's pattern brings its brackets."""
    return r"\{" + ",".join(f'"{name}":{pattern}' for name, pattern in fields.items()) + r"\}"


def _plain(pattern: str) -> str:
    """The same pattern without captures."""
    return re.sub(r"(?<!\\)\((?!\?)", "(?:", pattern)


_PARTICIPANT = _row(email=f'"({_TEXT})"', roles=f"({_list(_ROLE)})")
_VERDICT = _row(id=f'"({_TEXT})"', verdict='"(pass|violated|n/a|undecidable)"')
_ACKNOWLEDGED = _row(fingerprint=f'"({RECORD_ID})"', rule=f'"({_TEXT})"', text=f'"({_SAID})"')
_TIP = _row(id=f'"({RECORD_ID})"', log=f'"({_TEXT})"', sequence=f"({_SEQUENCE})")

_KINDS = {
    "TEXT": f'"({_TEXT})"',
    "TEXTS": f"""({_list(f'"{_TEXT}"')})""",
    "HEX": f'"({DIGEST})"',
    "OID": f'"({_OID})"',
    "OID_OR_NULL": f'(null|"{_OID}")',
    "RECORD": f'"({RECORD_ID})"',
    "RECORDS": f"""({_list(f'"{RECORD_ID}"')})""",
    "RECORD_OR_NULL": f'(null|"{RECORD_ID}")',
    "COUNT": f"({_COUNT})",
    "SEQUENCE": f"({_SEQUENCE})",
    "FLAG": "(true|false)",
    "REASON": f'"({_SAID})"',
    "MOMENT": f'"({_MOMENT})"',
    "MOMENT_OR_NULL": f'(null|"{_MOMENT}")',
    "FORMAT": '"(sha1|sha256)"',
    "DECISION": '"(approve|reject|withdraw)"',
    "RISK": '"(critical|high|medium|low|none)"',
    "PRINCIPAL": f'"({PRINCIPAL})"',
    "DEVICE": '"([0-9a-f]{8})"',
    "NONCE": '"([0-9a-f]{32})"',
    "PEOPLE": f"({_list(_plain(_PARTICIPANT))})",
    "VERDICTS": f"({_list(_plain(_VERDICT))})",
    "ACKNOWLEDGED": f"({_list(_plain(_ACKNOWLEDGED))})",
    "TIPS": f"({_list(_plain(_TIP))})",
}

_LAYOUT = (
    f'{{"_type":"{STATEMENT_TYPE}","predicate":{{'
    '"boundary":{"sha256":<HEX>,"verdicts":<VERDICTS>},'
    f'"change":{{"base":<OID_OR_NULL>,"baseTree":<OID>,"diffDigest":{{"alg":"{DIFF_ALGORITHM}","sha256":<HEX>}},'
    '"head":<OID>,"headTree":<OID>,"objectFormat":<FORMAT>,"paths":{"count":<COUNT>,"sha256":<HEX>},'
    '"repositoryId":<RECORD>,"targetRef":<TEXT>},'
    '"coverage":{"hunks":<COUNT>,"reviewedTree":<OID>,"viewed":<COUNT>},'
    '"decidedAt":<MOMENT>,"decision":<DECISION>,"emergency":<FLAG>,"expiresAt":<MOMENT_OR_NULL>,'
    '"findings":{"acknowledged":<ACKNOWLEDGED>,'
    '"counts":{"critical":<COUNT>,"high":<COUNT>,"low":<COUNT>,"medium":<COUNT>},'
    '"engine":<RECORD>,"external":{"count":<COUNT>,"sha256":<HEX>},"sha256":<HEX>},'
    '"log":{"device":<DEVICE>,"observed":<TIPS>,"previous":<RECORD_OR_NULL>,"sequence":<SEQUENCE>},'
    '"nonce":<NONCE>,"overrides":<RECORDS>,"people":<PEOPLE>,'
    '"policy":{"commit":<OID>,"rules":<TEXTS>,"sha256":<HEX>},'
    '"provenance":{"class":<TEXT>,"operators":<TEXTS>,"sha256":<HEX>,"tools":<TEXTS>},'
    '"reason":<REASON>,"reviewer":{"principal":<PRINCIPAL>},"risk":<RISK>,"supersedes":<RECORDS>,'
    f'"tool":{{"name":<TEXT>,"version":<TEXT>}}}},"predicateType":"{PREDICATE_TYPE}",'
    '"subject":[{"digest":{"gitCommit":<OID>},"name":<TEXT>}]}'
)
_DECISION = re.compile(
    "".join(
        _KINDS[part] if number % 2 else re.escape(part) for number, part in enumerate(re.split("<([A-Z_]+)>", _LAYOUT))
    )
)
_BEFORE = b'{"payloadType":"%s","payload":"' % PAYLOAD_TYPE.encode()
_BETWEEN, _SIGNED, _AFTER = b'","signatures":[{"keyid":"', b'","sig":"', b'"}]}'
_KEY_ID = re.compile(rb"[A-Za-z0-9+/:]{0,128}")


def read_envelope(line: bytes) -> Envelope:
    """Read one envelope line as `parse_envelope` does, with its errors."""
    head, _, rest = line.partition(_BETWEEN)
    keyid, _, tail = rest.partition(_SIGNED)
    usual = head.startswith(_BEFORE) and tail.endswith(_AFTER) and _KEY_ID.fullmatch(keyid)
    if usual and len(line) <= 2 * LARGEST_BYTES and len(tail) <= _LARGEST_SIGNATURE:
        payload, armour = _base64(head[len(_BEFORE) :]), _base64(tail[: -len(_AFTER)])
        if payload is not None and armour is not None and armour.isascii():
            return Envelope(payload=payload, keyid=keyid.decode("ascii"), signature=armour.decode("ascii"))
    return parse_envelope(line)


def _base64(text: bytes) -> bytes | None:
    try:
        raw = binascii.a2b_base64(text, strict_mode=True)
    except binascii.Error:
        return None
    return raw if binascii.b2a_base64(raw, newline=False) == text else None


def read_decision(raw: bytes) -> Attestation | None:
    """Read a decision of the usual form as `parse_payload` does; None for anything else."""
    if len(raw) > LARGEST_BYTES:
        return None
    try:
        match = _DECISION.fullmatch(raw.decode("utf-8"))
    except UnicodeDecodeError:
        return None
    att = None if match is None else _attestation(*match.groups())
    if att is None or len(att.observed) > MOST_OBSERVED or att.viewed > att.hunks:
        return None
    if not is_moment(att.decided_at) or not (att.expires_at is None or is_moment(att.expires_at)):
        return None
    return att if (att.sequence == 1) == (att.previous is None) else None


# fmt: off
def _attestation(  # noqa: PLR0917 - the captures of one layout, in its order
    boundary: str, verdicts: str, base: str, base_tree: str, diff: str, head: str, head_tree: str, form: str,
    paths_count: str, paths: str, repository: str, target: str, hunks: str, reviewed: str, viewed: str,
    decided: str, decision: str, emergency: str, expires: str, acknowledged: str, critical: str, high: str,
    low: str, medium: str, engine: str, external_count: str, external: str, findings: str, device: str,
    observed: str, previous: str, sequence: str, nonce: str, overrides: str, people: str, commit: str,
    rules: str, policy: str, kind: str, operators: str, provenance: str, tools: str, reason: str,
    principal: str, risk: str, supersedes: str, tool: str, version: str, subject: str, ref: str,
) -> Attestation | None:
    # fmt: on
    said, marks = _said(reason), _acknowledged(acknowledged)
    if subject != head or said is None or marks is None:
        return None
    return Attestation(
        ref=ref,
        decision=_DECISIONS[decision],
        risk=risk,
        people=_people(people),
        repository_id=repository,
        target_ref=target,
        base=None if base == "null" else Oid(base[1:-1]),
        head=Oid(head),
        base_tree=Oid(base_tree),
        head_tree=Oid(head_tree),
        diff_sha256=diff,
        paths_count=int(paths_count),
        paths_sha256=paths,
        object_format=form,
        boundary_sha256=boundary,
        boundary_verdicts=_verdicts(verdicts),
        provenance_class=kind,
        tools=_texts(tools),
        operators=_texts(operators),
        provenance_sha256=provenance,
        findings_sha256=findings,
        engine=engine,
        counts=(int(critical), int(high), int(medium), int(low)),
        acknowledged=marks,
        external_count=int(external_count),
        external_sha256=external,
        hunks=int(hunks),
        viewed=int(viewed),
        reviewed_tree=Oid(reviewed),
        policy_commit=Oid(commit),
        policy_sha256=policy,
        rules=_texts(rules),
        principal=principal,
        device=device,
        sequence=int(sequence),
        previous=None if previous == "null" else previous[1:-1],
        observed=_observed(observed),
        emergency=emergency == "true",
        overrides=_texts(overrides),
        supersedes=_texts(supersedes),
        reason=said,
        decided_at=decided,
        expires_at=None if expires == "null" else expires[1:-1],
        tool=(tool, version),
        nonce=nonce,
    )


_DECISIONS = {kind.value: kind for kind in DecisionKind}
_EMPTY = "[]"


def _texts(text: str) -> tuple[str, ...]:
    return () if text == _EMPTY else tuple(text[2:-2].split('","'))


@lru_cache(maxsize=1024)
def _people(text: str) -> tuple[Participant, ...]:
    found = re.findall(_PARTICIPANT, text)
    return tuple(Participant(email=email, roles=_texts(roles)) for email, roles in found)


@lru_cache(maxsize=1024)
def _verdicts(text: str) -> tuple[tuple[str, str], ...]:
    return tuple(re.findall(_VERDICT, text))


def _said(text: str) -> str | None:
    """What somebody wrote, its escapes undone; None where it is too long."""
    written = str(json.loads(f'"{text}"')) if "\\" in text else text
    return written if len(written) <= REASON_LIMIT else None


def _acknowledged(text: str) -> tuple[Acknowledgement, ...] | None:
    if text == _EMPTY:
        return ()
    found = []
    for mark, rule, why in re.findall(_ACKNOWLEDGED, text):
        said = _said(why)
        if said is None:
            return None
        found.append(Acknowledgement(fingerprint=mark, rule=rule, text=said))
    return tuple(found)


def _observed(text: str) -> tuple[Observed, ...]:
    if text == _EMPTY:
        return ()
    return tuple(Observed(log=log, sequence=int(number), id=name) for name, log, number in re.findall(_TIP, text))
