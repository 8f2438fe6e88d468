"""`policy.self`, always on: a change to the policy, its signers or its revocations is a matter for two.

Level second-reviewer; it cannot be switched off, exempted or waived.
"""

from reviewconsole.constraints.facts import Answer, Facts, entry_witnesses
from reviewconsole.policy import FOLDER

ID = "policy.self"


def evaluate(facts: Facts) -> Answer:
    """Violated when any entry lies in the policy's folder, or is named like it in another case."""
    touched = [entry for entry in facts.entries if entry.path.split("/", 1)[0].lower() == FOLDER]
    if not touched:
        return Answer(verdict="pass", why="the policy, its signers and its revocations are untouched")
    return Answer(
        verdict="violated",
        why=f"changes {touched[0].path}, which decides who may sign: a second reviewer must agree",
        witnesses=entry_witnesses(touched),
    )
