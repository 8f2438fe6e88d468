"""Verbs that judge: a range, a signature."""

import sys
import time
from typing import TYPE_CHECKING

from reviewconsole.cli.common import (
    UNREADABLE,
    VERDICT_CODES,
    Environ,
    Options,
    Verbs,
    add_verb,
    ask,
    json_option,
    note,
    read_file,
    say,
    target_option,
)
from reviewconsole.errors import UsageError

if TYPE_CHECKING:
    from reviewconsole.cli.common import Sub
    from reviewconsole.git.repository import Repository
    from reviewconsole.review.witnessing import Witnessed
    from reviewconsole.verify import RangeVerdict


def grammar(verbs: "Sub") -> None:
    """Add these verbs to the grammar."""
    verify = add_verb(verbs, "verify", "judge a range or a ref: the gate, for CI and auditors")
    verify.add_argument("range", nargs="?", default="HEAD", metavar="RANGE", help="A..B or a ref; default HEAD")
    forms = verify.add_mutually_exclusive_group()
    json_option(forms)
    forms.add_argument("--sarif", action="store_true", help="print what is still required as SARIF 2.1.0")
    forms.add_argument("--vsa", action="store_true", help="print an unsigned SLSA verification summary")
    target_option(verify)
    verify.add_argument("--all", action="store_true", help="show satisfied changes too")
    verify.add_argument("--introduction", metavar="COMMIT", help="the first policy commit that you trust")
    verify.add_argument("--at", metavar="TIME", help="judge as of this time, YYYYMMDD[HHMM[SS]]Z; default now")
    verify.add_argument("--witness", action="store_true", help="sign which records were seen, and print the trailer")
    check = add_verb(verbs, "check-signature", "check an SSH signature strictly; the message comes on stdin")
    for option, metavar in (("signers", "FILE"), ("principal", "P"), ("namespace", "N"), ("signature", "FILE")):
        check.add_argument(f"--{option}", required=True, metavar=metavar)
    check.add_argument("--revoked", metavar="FILE")
    check.add_argument("--at", metavar="TIME", help="judge validity at this time, YYYYMMDD[HHMM[SS]]Z; default now")


def verify(options: Options, environ: Environ) -> int:
    """Judge a range."""
    from reviewconsole.config import load_config
    from reviewconsole.git.repository import Repository
    from reviewconsole.verify import verify as judge

    if options.witness and options.at:
        raise UsageError("a witness says what is seen now: --at and --witness exclude each other")
    now = _moment(options.at) if options.at else int(time.time())
    repository = Repository.open(options.folder, environ)
    result = judge(
        repository,
        load_config(environ).patterns,
        options.range,
        now=now,
        target=options.target,
        since=options.introduction,
    )
    witnessed = _witness(repository, result, environ, now) if options.witness else None
    if options.json or options.sarif or options.vsa:
        from reviewconsole.cli import documents, sarif, summary

        if options.json:
            document = documents.verify(result, witnessed)
        else:
            document = sarif.verify(result) if options.sarif else summary.vsa(result, now)
        sys.stdout.write(documents.render(document))
    else:
        from reviewconsole.cli import text

        say(text.verify(result, text.Painter(sys.stdout, environ), everything=options.all))
        say([witnessed.trailer] if witnessed else [])
    return UNREADABLE if result.policy_unreadable else VERDICT_CODES[result.verdict]


def _witness(repository: "Repository", result: "RangeVerdict", environ: Environ, now: int) -> "Witnessed":
    from reviewconsole.config import load_config
    from reviewconsole.review.witnessing import write_witness

    witnessed = write_witness(repository, load_config(environ), result, now=now, ask=ask)
    note(f"witnessed in {witnessed.ref}: push it, and put the trailer into the merge commit")
    return witnessed


def check_signature(options: Options, environ: Environ) -> int:
    """Check one signature strictly."""
    from reviewconsole.signing.check import check_signature as check

    del environ
    signer = check(
        sys.stdin.buffer.read(),
        signers=read_file(options.signers),
        principal=options.principal,
        namespace=options.namespace,
        signature=read_file(options.signature),
        revoked=read_file(options.revoked) if options.revoked else None,
        at=_moment(options.at) if options.at else int(time.time()),
    )
    say([f"good signature of {options.principal} with {signer.fingerprint}"])
    return 0


def _moment(text: str) -> int:
    from reviewconsole.signers import parse_time

    return parse_time(text)


VERBS: Verbs = {
    "verify": verify,
    "check-signature": check_signature,
}
