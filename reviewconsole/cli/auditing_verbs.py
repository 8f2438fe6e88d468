"""Verbs for whoever looks later: the records as a bundle, the verdicts as a page."""

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from reviewconsole.cli.common import Environ, Options, Verbs, add_verb, note, target_option
from reviewconsole.errors import StorageError

if TYPE_CHECKING:
    from reviewconsole.cli.common import Sub
    from reviewconsole.git.repository import Repository
    from reviewconsole.verify import RangeVerdict


def grammar(verbs: "Sub") -> None:
    """Add these verbs to the grammar."""
    export = add_verb(verbs, "export", "write the records as an in-toto bundle, one DSSE envelope a line")
    export.add_argument("range", nargs="?", metavar="RANGE", help="A..B or a ref; default every record")
    report = add_verb(verbs, "report", "write a self-contained page of verdicts and records for auditors")
    report.add_argument("range", nargs="?", default="HEAD", metavar="RANGE", help="A..B or a ref; default HEAD")
    report.add_argument("--introduction", metavar="COMMIT", help="the first policy commit that you trust")
    for verb in (export, report):
        verb.add_argument("--output", required=True, metavar="FILE", help="where to write it; - for stdout")
        target_option(verb)


def _judge(repository: "Repository", options: Options, environ: Environ, now: int) -> "RangeVerdict":
    from reviewconsole.config import load_config
    from reviewconsole.verify import verify

    since = getattr(options, "introduction", None)
    patterns = load_config(environ).patterns
    return verify(repository, patterns, options.range, now=now, target=options.target, since=since)


def _write(name: str, data: bytes) -> None:
    if name == "-":
        sys.stdout.buffer.write(data)
        return
    try:
        Path(name).write_bytes(data)
    except OSError as error:
        raise StorageError(f"cannot write {name}: {error.strerror}") from error
    note(f"wrote {name}, {len(data)} bytes")


def export(options: Options, environ: Environ) -> int:
    """Write the records of a range, or all."""
    from reviewconsole.export import bundle
    from reviewconsole.git.repository import Repository

    repository = Repository.open(options.folder, environ)
    result = _judge(repository, options, environ, int(time.time())) if options.range else None
    _write(options.output, bundle(repository, result))
    return 0


def report(options: Options, environ: Environ) -> int:
    """Write the page of a range."""
    from reviewconsole.cli.report import page
    from reviewconsole.git.repository import Repository

    now = int(time.time())
    repository = Repository.open(options.folder, environ)
    _write(options.output, page(_judge(repository, options, environ, now), now).encode("utf-8"))
    return 0


VERBS: Verbs = {"export": export, "report": report}
