"""The checks: questions that need several files or both sides, one module each."""

from reviewconsole.detection.checks import (
    assertion_weakened,
    drop_in_upgrade,
    job_without_timeout,
    no_error_path_test,
    no_limits,
    no_way_back,
    queue_without_dlq,
    recreate_pair,
    reviewer_config_touched,
    runbook_no_escalation,
    runbook_no_rollback,
    runbook_no_verify,
    stateful_resource_removed,
    workload_without_probe,
)
from reviewconsole.detection.model import Check

CHECKS: tuple[Check, ...] = (
    assertion_weakened.CHECK,
    drop_in_upgrade.CHECK,
    job_without_timeout.CHECK,
    no_error_path_test.CHECK,
    no_limits.CHECK,
    no_way_back.CHECK,
    queue_without_dlq.CHECK,
    recreate_pair.CHECK,
    reviewer_config_touched.CHECK,
    runbook_no_escalation.CHECK,
    runbook_no_rollback.CHECK,
    runbook_no_verify.CHECK,
    stateful_resource_removed.CHECK,
    workload_without_probe.CHECK,
)
