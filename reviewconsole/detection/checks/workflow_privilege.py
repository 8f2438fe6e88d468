"""Find workflows that run with more rights than they need, or run what strangers wrote."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.pipelines import jobs
from reviewconsole.detection.places import changed_at
from reviewconsole.detection.yaml_nodes import get, items, merged, scalar
from reviewconsole.detection.yaml_tree import Document, Entry, documents
from reviewconsole.finding import Confidence, Family, Severity, Side

PAGE = page_of(
    "workflow-privilege",
    title="A workflow gets rights or runs a stranger's text",
    family=Family.BOUNDARY,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    what="Finds GitHub workflows that gain the pull_request_target trigger, write-all or wider permissions, or pass on "
    "all secrets, less to a workflow of the same repository; that lose their permissions block; and scripts into which "
    "an event's text is pasted.",
    why="A title or branch name pasted into a script is run as part of it, with the job's token. With "
    "pull_request_target and inherited secrets that token belongs to the repository, not to the stranger.",
    example='+      - run: echo "${{ github.event.pull_request.title }}"',
    instead="Pass event text through `env:` and quote it; give each job the permissions it needs; name the "
            "secrets that "
    "a called workflow may have.",
    references=("zizmor dangerous-triggers, excessive-permissions, secrets-inherit, template-injection", "CWE-94",
                "https://docs.github.com/en/actions/security-for-github-actions/security-guides/security-hardening-for-github-actions"),
    languages=("workflow",),
    alias="c-03",
)  # fmt: skip
_STRANGER = re.compile(
    r"\$\{\{[^}]*\b(github\.head_ref|github\.event\.(issue|comment|review|review_comment|discussion"
    r"|pull_request|head_commit|commits|pages"
    r"|workflow_run|client_payload|inputs)\b(?![^}]*\.(number|id|sha|merged|draft|node_id|merge_commit_sha"
    r"|html_url|url|created_at)\s*(\}\}|[|&=!)]))"
    r"[\w.*\[\]]*|inputs\.[\w-]+|steps\.[\w-]+\.outputs\.(head_ref|title|body|branch))[^}]*\}\}"
)
_INPUT = re.compile(r"\$\{\{\s*(github\.event\.)?inputs\.")
_SCRIPTS = ("run", "script")
_WRITES = frozenset({"write", "write-all"})


def check(context: Context) -> Iterator[Hit]:
    """Name rights that a workflow gains and texts that it runs."""
    for source in context.sources:
        if source.kind != "workflow" or not source.has_new or not (source.added or source.removed):
            continue
        if "/actions/" not in source.path and ".github/workflows/" not in source.path:
            continue
        news, olds = documents(source, Side.NEW), documents(source, Side.OLD)
        for new in news[:1]:
            old = olds[0] if olds else None
            yield from _trigger(new, old)
            yield from _permissions(new, old)
            yield from _secrets(new, old)
            yield from _scripts(new, old)


def _hit(document: Document, entry: Entry, message: str, severity: Severity | None = None) -> Iterator[Hit]:
    yield from changed_at(
        PAGE.rule, document.source, document.side, (entry.line, entry.end_line), message, severity=severity
    )


def _events(document: Document | None) -> set[str]:
    node = document.get("on") if document else None
    return {scalar(item) for item in items(node)} | set(merged(node)) | ({scalar(node)} - {""})


def _trigger(new: Document, old: Document | None) -> Iterator[Hit]:
    for event, severity in (
        ("pull_request_target", None),
        ("workflow_run", Severity.MEDIUM),
        ("issue_comment", Severity.MEDIUM),
    ):
        if event in _events(new) and event not in _events(old):
            for place in (("on", event), ("on", f"[{event}]"), ("on",)):
                if place in new.entries:
                    message = f"{event} runs with the repository's token for text and code from outside"
                    yield from _hit(new, new.entries[place], message, severity)
                    break


def _permissions(new: Document, old: Document | None) -> Iterator[Hit]:
    for place, entry in new.entries.items():
        if place[-1] == "permissions":
            was = old.entries.get(place) if old else None
            if scalar(entry.node) == "write-all" and (was is None or scalar(was.node) != "write-all"):
                yield from _hit(new, entry, "The job's token may write everything")
        elif len(place) > 1 and place[-2] == "permissions" and scalar(entry.node) in _WRITES:
            was = old.entries.get(place) if old else None
            if old is not None and (was is None or scalar(was.node) not in _WRITES):
                severity = (
                    Severity.HIGH if was is not None and place[-1] in ("contents", "actions") else Severity.MEDIUM
                )
                yield from _hit(new, entry, f"The token may now write {place[-1]}", severity)
    if old is None:
        if new.get("jobs") is not None and not any(place[-1] == "permissions" for place in new.entries):
            entry = new.entries[("jobs",)]
            message = "A new workflow that does not say which permissions its token has"
            yield from changed_at(
                PAGE.rule, new.source, Side.NEW, (entry.line, entry.line), message, severity=Severity.LOW
            )
        return
    for place, entry in old.entries.items():
        if place[-1] != "permissions" or scalar(entry.node) in _WRITES or place in new.entries:
            continue
        owner = place[:-1]
        if owner and get(new.entries[owner].node if owner in new.entries else None, "uses") is not None:
            continue  # the called workflow says its own
        if (not owner or owner in new.entries) and ("permissions",) not in new.entries:
            moved = not owner and all(get(job.node, "permissions") is not None for job in jobs(new))
            if not moved:
                yield from _hit(old, entry, "The permissions block is removed: the token has the default rights again")


def _secrets(new: Document, old: Document | None) -> Iterator[Hit]:
    for place, entry in new.entries.items():
        if place[-1] == "secrets" and scalar(entry.node) == "inherit":
            was = old.entries.get(place) if old else None
            if was is None or scalar(was.node) != "inherit":
                # A workflow of the same repository is reviewed with it.
                called = new.entries.get((*place[:-1], "uses"))
                ours = called is not None and scalar(called.node).startswith("./")
                severity = Severity.MEDIUM if ours else None
                yield from _hit(new, entry, "The called workflow gets every secret", severity)


def _scripts(new: Document, old: Document | None) -> Iterator[Hit]:
    before = "\n".join(old.source.old) if old else ""
    for place, entry in new.entries.items():
        if place[-1] not in _SCRIPTS or not scalar(entry.node) or ("jobs" not in place and "runs" not in place):
            continue
        for at in range(entry.line, entry.end_line + 1):
            row = new.source.new[at - 1]
            match = _STRANGER.search(row[:2000])
            if match and at in new.source.added and row.strip() not in before:
                severity = Severity.MEDIUM if _INPUT.search(match[0]) else None
                message = "Text from outside is pasted into a script and run"
                yield from changed_at(PAGE.rule, new.source, Side.NEW, (at, at), message, severity=severity)


CHECK = Check(page=PAGE, run=check)
