"""Recognise runbooks, their steps and their headings."""

import re
from collections.abc import Callable, Iterator

from reviewconsole.detection.model import Context, Hit
from reviewconsole.detection.source import Source
from reviewconsole.finding import Side

_NAME = re.compile(r"(^|[/_.-])(runbooks?|playbooks?|on-?call|incidents?)([/_.-]|$)", re.IGNORECASE)
_TYPE = re.compile(r"type:\s*[\"']?(runbook|playbook)\b", re.IGNORECASE)
_STEP = re.compile(r"\s*(\d+[.)]\s+\S|```|~~~|\$ \S|(kubectl|aws|gcloud|az|terraform|helm|psql|ssh|systemctl|curl)\s)")
_INDEX = re.compile(r"(^|/)(readme|index|template|_?toc|summary)\.\w+$", re.IGNORECASE)


def is_runbook(source: Source) -> bool:
    """Tell by name or front matter whether a document is a runbook; indexes and templates are none."""
    if source.kind != "markdown" or _INDEX.search(source.path):
        return False
    return bool(_NAME.search(source.path)) or any(_TYPE.match(line) for line in source.new[:20])


def lacking(context: Context, rule: str, message: str, answered: Callable[[Source], bool]) -> Iterator[Hit]:
    """Name each new or newly stepped runbook for which `answered` says no.

    A new one is named at its first line; an edited one only where a step was added.
    """
    for source in context.sources:
        if not source.has_new or not source.added or not is_runbook(source):
            continue
        steps = [at for at in range(1, len(source.new) + 1) if _STEP.match(source.new[at - 1])]
        if not steps or answered(source):
            continue
        if not source.has_old:
            line = next((at for at in range(1, len(source.new) + 1) if source.new[at - 1].startswith("#")), 1)
        else:
            line = next((at for at in steps if at in source.added), 0)
        if line:
            text = source.new[line - 1].strip()
            yield Hit(
                rule=rule, source=source, side=Side.NEW, line=line, end_line=line, text=text, message=message,
                lowered=False,
            )  # fmt: skip


def headings(source: Source) -> Iterator[str]:
    """The headings of the new side, bold lines that stand for one included."""
    for line in source.new:
        if line.startswith(("#", "=")) or re.match(r"\s*\*\*[^*]+\*\*:?\s*$", line):
            yield line.strip("#=* :")
