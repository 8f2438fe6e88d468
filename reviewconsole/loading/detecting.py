"""Run detection on one change with what the repository and the policy add: both trees, settings."""

from collections.abc import Sequence
from dataclasses import replace

from reviewconsole.change import Change
from reviewconsole.detection import RuleSettings, ScanResult, scan
from reviewconsole.diff import FileDiff
from reviewconsole.git.repository import Repository
from reviewconsole.loading.trees import CommitTree
from reviewconsole.policy import Policy


def rule_settings(policy: Policy | None) -> RuleSettings:
    """The detection settings a policy asks for."""
    if policy is None:
        return RuleSettings(disable=frozenset(), severity={})
    return RuleSettings(disable=policy.disabled, severity=policy.severity, generated=policy.generated.patterns)


def detect(repository: Repository, change: Change, files: Sequence[FileDiff], settings: RuleSettings) -> ScanResult:
    """Scan a change; what the trees could not answer is among the notes."""
    old_tree, new_tree = (CommitTree(repository, tree) for tree in (change.base_tree, change.head_tree))
    result = scan(files, settings=settings, old_tree=old_tree, new_tree=new_tree)
    return replace(result, notes=(*result.notes, *old_tree.notes, *new_tree.notes))
