"""What others read: SARIF, the verification summary, the bundle, the page; on real output, odd names included."""

import base64
import hashlib
import json
from html.parser import HTMLParser
from pathlib import Path

import pytest

from reviewconsole.chain import record_id
from reviewconsole.envelope import parse_envelope
from tests.e2e.test_documents import ODD
from tests.e2e.world import CLAUDE, World, build, offer


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = build(tmp_path_factory.mktemp("world"))
    offer(world, "feat", ODD, message=f"Do \x1b[2J <script>alert(1)</script>\n\n{CLAUDE}")
    offer(world, "fine", {"x.txt": "x\n"})
    world["alice"].run("reject", "origin/feat", "--reason", "no <b>way</b>\u202e")
    world["alice"].run("approve", "origin/fine", "--reason", "read")
    world["bob"].run("sync", "--no-push")
    return world


def test_findings_as_sarif(world: World) -> None:
    alice = world["alice"]
    log = json.loads(alice.run("inspect", "origin/feat", "--sarif"))
    plain = alice.json("inspect", "origin/feat")
    [run] = log["runs"]
    assert log["version"] == "2.1.0"
    assert [r["properties"]["id"] for r in run["results"]] == [f["id"] for f in plain["findings"]]
    fingerprints = [r["partialFingerprints"]["reviewconsole/v1"] for r in run["results"]]
    assert fingerprints == [f["fingerprint"] for f in plain["findings"]]
    assert {r["ruleId"] for r in run["results"]} == {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    uris = {r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for r in run["results"]}
    assert "a%20b/%C3%BC%E2%80%AE.py" in uris
    assert all(r["locations"][0]["physicalLocation"]["region"]["startLine"] >= 1 for r in run["results"])


def test_open_requirements_as_sarif(world: World) -> None:
    log = json.loads(world["bob"].run("verify", "origin/feat", "--sarif", code=1))
    [run] = log["runs"]
    assert run["properties"]["verdict"] == "violated"
    assert any(r["ruleId"] == "gate/default" for r in run["results"])
    done = json.loads(world["bob"].run("verify", "origin/fine", "--sarif"))
    assert done["runs"][0]["results"] == []


def test_the_verification_summary(world: World) -> None:
    bob = world["bob"]
    passed = json.loads(bob.run("verify", "origin/fine", "--vsa"))
    assert passed["predicateType"] == "https://slsa.dev/verification_summary/v1"
    predicate = passed["predicate"]
    assert predicate["verificationResult"] == "PASSED"
    [subject] = passed["subject"]
    assert subject["digest"]["gitCommit"] == bob.git("rev-parse", "origin/fine")
    ids = {record["id"] for record in bob.json("verify", "origin/fine")["changes"][0]["records"]}
    assert {f"sha256:{item['digest']['sha256']}" for item in predicate["inputAttestations"]} == ids
    failed = json.loads(bob.run("verify", "origin/feat", "--vsa", code=1))
    assert failed["predicate"]["verificationResult"] == "FAILED"
    assert len(failed["predicate"]["inputAttestations"]) == 1, "the reject that blocks"


def test_the_bundle_holds_the_stored_bytes(world: World, tmp_path: Path) -> None:
    alice = world["alice"]
    alice.run("export", "--output", str(tmp_path / "all.jsonl"))
    alice.run("export", "origin/fine", "--output", str(tmp_path / "fine.jsonl"))
    lines = (tmp_path / "all.jsonl").read_bytes().splitlines()
    assert {record_id(parse_envelope(line).payload) for line in lines} == {
        r["id"] for r in alice.json("log")["records"]
    }
    [line] = (tmp_path / "fine.jsonl").read_bytes().splitlines()
    assert line in lines
    payload = base64.b64decode(json.loads(line)["payload"])
    assert hashlib.sha256(payload).hexdigest() in alice.run("log", "origin/fine")


def test_the_page_escapes_what_the_repository_says(world: World, tmp_path: Path) -> None:
    alice = world["alice"]
    place = tmp_path / "page.html"
    alice.run("report", "origin/feat", "--output", str(place))
    text = place.read_text(encoding="utf-8")
    assert "<script" not in text
    assert "<b>" not in text
    assert "\u202e" not in text
    assert "\x1b" not in text
    assert "does not count" in text or "counts" in text
    seen: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            seen.extend(f"{tag}.{name}" for name, _ in attrs)

    Reader().feed(text)
    assert not {name for name in seen if name.endswith((".src", ".href", ".onclick"))}
    assert alice.run("report", "origin/feat", "--output", str(tmp_path / "no" / "page.html"), code=73)
