"""The file of addresses: how it is read, extended and refused."""

import pytest
import tomli

from reviewconsole.errors import PolicyError
from reviewconsole.evidence import ProvenanceClass as Is
from reviewconsole.provenance import Patterns, assess

OWN = """
[[agent]]
tool = "housebot"
class = "agent"
flags = ["autonomous"]
emails = ['(\\d+\\+)?house\\[bot\\]@users\\.noreply\\.github\\.com', 'agent@house\\.example']
"""


@pytest.mark.parametrize(
    ("email", "tool", "kind"),
    [
        ("NoReply@Anthropic.com", "claude", "agent"),
        (" noreply@anthropic.com ", "claude", "agent"),
        ("claude@users.noreply.github.com", "claude", "agent"),
        ("41898282+claude[bot]@users.noreply.github.com", "claude", "agent"),
        ("41898282+github-actions[bot]@users.noreply.github.com", "github-actions", "automation"),
        ("209825114+renamed[bot]@users.noreply.github.com", "claude", "agent"),
        ("167198135+copilot@users.noreply.github.com", "copilot", "agent"),
        ("175728472+copilot@users.noreply.github.com", "copilot-review", "reviewer"),
        ("206951365+cursor[bot]@users.noreply.github.com", "cursor", "agent"),
        ("215057067+openai-codex[bot]@users.noreply.github.com", "codex", "agent"),
        ("aider@aider.chat", "aider", "agent"),
        ("google-labs-jules[bot]@users.noreply.github.com", "jules", "agent"),
        ("roomote-v0[bot]@users.noreply.github.com", "roo", "agent"),
        ("agent-local-01234567-89ab-cdef-0123-456789abcdef@letta.com", "letta", "agent"),
        ("gemini-cli-robot@google.com", "release-bot", "automation"),
        ("noreply@github.com", "github", "automation"),
    ],
)
def test_known_addresses(email: str, tool: str, kind: str, patterns: Patterns) -> None:
    found = patterns.agent(email)
    assert found is not None
    assert (found.tool, found.kind) == (tool, kind)
    assert patterns.agent(email) is found


@pytest.mark.parametrize(
    "email",
    [
        "",
        "claude@example.com",
        "dev@anthropic.com",
        "somebody@github.com",
        "someone@cursor.com",
        "12+claudette@users.noreply.github.com",
        "12+ann@users.noreply.github.com",
        "xnoreply@anthropic.com",
        "noreply@anthropic.com.example",
        "noreply@anthropic.com\nx",
        "\udcff@\ud800",
    ],
)
def test_unknown_addresses(email: str, patterns: Patterns) -> None:
    assert patterns.agent(email) is None


def test_own_patterns_add_to_the_built_in_ones(make, evidence, patterns: Patterns) -> None:
    merged = patterns.merged(Patterns.parse(tomli.loads(OWN)))
    house = make(author="house <9+house[bot]@users.noreply.github.com>")
    assert assess(evidence(house), patterns).provenance is Is.AUTOMATION
    found = assess(evidence(house), merged)
    assert (found.provenance, found.tools, found.flags) == (Is.STRONG, ("housebot",), ("autonomous",))
    assert merged.agent("noreply@anthropic.com") == patterns.agent("noreply@anthropic.com")
    assert patterns.agent("agent@house.example") is None


def test_own_patterns_cannot_take_duty_away(patterns: Patterns) -> None:
    weaker = Patterns.parse(
        {"agent": [{"tool": "x", "class": "automation", "emails": [r"noreply@anthropic\.com"]}]},
    )
    found = patterns.merged(weaker).agent("noreply@anthropic.com")
    assert found is not None
    assert found.kind == "agent"


def _entry(**keys: object) -> dict[str, object]:
    return {"agent": [{"tool": "x", "class": "agent", "emails": ["a@b"], **keys}]}


@pytest.mark.parametrize(
    ("raw", "place"),
    [
        (_entry(emails=["a@b", "("]), "agent[0].emails[1]"),
        (_entry(emails=[r"(a)\1"]), "agent[0].emails[0]"),
        (_entry(emails=[""]), "agent[0].emails[0]"),
        (_entry(emails=["a" * 1001]), "agent[0].emails[0]"),
        (_entry(emails=["Bot@example"]), "agent[0].emails[0]"),
        (_entry(emails=[".*"]), "agent[0].emails[0]"),
        (_entry(emails=[".+@.+"]), "agent[0].emails[0]"),
        (_entry(emails=["\udcff"]), "agent[0].emails[0]"),
        (_entry(emails=[3]), "agent[0].emails[0]"),
        (_entry(emails="a@b"), "agent[0].emails"),
        (_entry(tool="Big Name"), "agent[0].tool"),
        (_entry(**{"class": "human"}), "agent[0].class"),
        (_entry(flags=["proven"]), "agent[0].flags[0]"),
        (_entry(email="a@b"), "agent[0].email"),
        ({"agent": [{"tool": "x", "class": "agent"}]}, "agent[0].emails"),
        ({"agent": [3]}, "agent[0]"),
        ({"agent": {}}, "agent"),
        ({"agents": []}, "agents"),
        ({"version": 0}, "version"),
    ],
)
def test_bad_files_name_the_place(raw: dict[str, object], place: str) -> None:
    with pytest.raises(PolicyError) as caught:
        Patterns.parse(raw)
    assert caught.value.place == place


def test_every_built_in_pattern_is_bound_to_a_whole_address(patterns: Patterns) -> None:
    for pattern, agent in patterns.entries:
        assert "@" in pattern, agent.tool
        assert not pattern.startswith((".*", "^"))
