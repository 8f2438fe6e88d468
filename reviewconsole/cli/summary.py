"""The verdict as a SLSA Verification Summary Attestation, unsigned: the caller signs it with its own key."""

from datetime import UTC, datetime
from typing import Any

from reviewconsole import __version__
from reviewconsole.canonical import printable
from reviewconsole.decision import Verdict
from reviewconsole.intoto import STATEMENT_TYPE
from reviewconsole.policy import POLICY_PATH
from reviewconsole.verify import RangeVerdict

PREDICATE = "https://slsa.dev/verification_summary/v1"
LEVEL = "REVIEWCONSOLE_SIGNED_OFF"
"""What a satisfied gate has verified, as a level of ours beside those of SLSA."""


def vsa(result: RangeVerdict, now: int) -> dict[str, Any]:
    """Lay a verdict out as the predicate of slsa.dev/spec/v1.1/verification_summary.

    Undecidable is FAILED: VSA knows two results. `inputAttestations` are the records that count.
    """
    passed = result.verdict is Verdict.SATISFIED
    heads = [item.change.head for item in result.changes] or [result.tip]
    counted = {
        judged.record.id: judged.record
        for item in result.changes
        for judged in item.report.records
        if judged.valid and judged.live
    }
    predicate: dict[str, Any] = {
        "verifier": {"id": "urn:reviewconsole:verifier", "version": {"reviewconsole": __version__}},
        "timeVerified": datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "resourceUri": f"urn:reviewconsole:repository:{result.repository_id or 'unknown'}",
        "inputAttestations": [
            {"uri": f"urn:reviewconsole:record:{name}", "digest": {"sha256": name.removeprefix("sha256:")}}
            for name in sorted(counted)
        ],
        "verificationResult": "PASSED" if passed else "FAILED",
        "verifiedLevels": [LEVEL] if passed else ["FAILED"],
        "slsaVersion": "1.1",
    }
    if result.policy_commit is not None:
        predicate["policy"] = {"uri": POLICY_PATH, "digest": {"gitCommit": result.policy_commit}}
    subjects = [{"name": printable(result.target), "digest": {"gitCommit": head}} for head in heads]
    return {"_type": STATEMENT_TYPE, "subject": subjects, "predicateType": PREDICATE, "predicate": predicate}
