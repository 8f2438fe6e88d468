"""Every --json document against its schema, on real output, odd names included."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.e2e.world import CLAUDE, World, build, offer

SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"
ODD = {
    "a b/ü\u202e.py": "import requests\n\ndef f():\n    return requests.get('x')\n",
    "runbook.md": "# Runbook: restart\n\n1. stop it\n",
    "deploy.sh": "terraform destroy -auto-approve\n",
}


def check(document: Any, name: str) -> None:
    """Validate one document against the schema of its name."""
    schema = json.loads((SCHEMAS / f"{name}-v1.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(document)
    assert document["schema"] == f"reviewconsole/{name}/v1"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = build(tmp_path_factory.mktemp("world"))
    offer(world, "feat", ODD, message=f"Do \x1b[2J odd things\n\n{CLAUDE}")
    world["alice"].run("reject", "origin/feat", "--reason", "no\nway")
    return world


def test_queue(world: World) -> None:
    document = world["bob"].json("queue", "--all")
    check(document, "queue")
    assert document["changes"][0]["findings"]["risk"] >= 1


def test_inspect(world: World) -> None:
    document = world["alice"].json("inspect", "origin/feat")
    check(document, "inspect")
    assert {file["path"] for file in document["files"]} == set(ODD)
    held = {identifier for file in document["files"] for hunk in file["hunks"] for identifier in hunk["findings"]}
    assert held == {finding["id"] for finding in document["findings"]}


def test_verify_and_log_and_doctor(world: World) -> None:
    alice = world["alice"]
    check(alice.json("verify", "origin/feat", code=1), "verify")
    check(alice.json("log"), "log")
    check(alice.json("doctor", code=None), "doctor")


def test_a_schema_refuses_what_is_no_document() -> None:
    with pytest.raises(jsonschema.ValidationError):
        check({"schema": "reviewconsole/log/v1", "records": [{}], "problems": []}, "log")


def test_plain_output_holds_no_control_character(world: World) -> None:
    for verb in (("queue", "--all"), ("inspect", "origin/feat"), ("log",)):
        out = world["bob"].run(*verb)
        assert not [
            char for char in out if (ord(char) < 32 and char != "\n") or 0x7F <= ord(char) < 0xA0 or char == "\u202e"
        ]
