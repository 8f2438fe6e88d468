"""Escapes and markup in every place that text can come from: no verb and no screen lets them through."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.world import World, build, offer
from tests.hostile import score
from tests.hostile.terminal import Terminal

ESCAPE = "\x1b]0;PWNED\x07\x1b[31337mPWNED\x9b2J\u202e\u200b\U000e0041"
MARKUP = "[@click=app.quit]PWNED[/nope][link=file:///etc/passwd]x[/][bold"
BOTH = f"{ESCAPE}{MARKUP}"
TOML = json.dumps(BOTH.replace("\U000e0041", "~")).replace("~", "\\U000e0041")
"""As a TOML basic string and a YAML one: JSON's escapes are theirs, pairs of surrogates apart."""
ANSI = BOTH.replace("\x07", "").replace("\U000e0041", "")

MORE = f"""
[boundary]
units = ["services/([^/]+)/**"]
[[constraint]]
id = "prod"
kind = "paths.deny"
level = "acknowledge"
paths = ["app.py", {TOML}]
why = {TOML}
[rules]
packs = [".reviewconsole/rules"]
"""
PACK = f"""\
id: no-pay
language: python
severity: error
message: {TOML}
note: {TOML}
url: {TOML}
metadata: {{family: risk, why: {TOML}, instead: {TOML}}}
rule: {{pattern: return $X}}
"""
BROKEN = f"id: broken\nlanguage: {TOML}\nrule: {{pattern: {TOML}}}\n"
SARIF = {
    "version": "2.1.0",
    "runs": [
        {
            "tool": {
                "driver": {"name": BOTH, "rules": [{"id": BOTH, "shortDescription": {"text": BOTH}, "helpUri": BOTH}]}
            },
            "results": [
                {
                    "ruleId": BOTH,
                    "ruleIndex": 0,
                    "message": {"text": BOTH},
                    "locations": [
                        {"physicalLocation": {"artifactLocation": {"uri": "app.py"}, "region": {"startLine": 2}}}
                    ],
                },
                {
                    "ruleId": BOTH,
                    "message": {"text": BOTH},
                    "locations": [{"physicalLocation": {"artifactLocation": {"uri": BOTH}}}],
                },
            ],
        }
    ],
}
NOTE = f"{BOTH}\n---\n" + json.dumps(
    {"schema_version": "authorship/3.0.0", "prompts": {BOTH: {"agent_id": {"tool": BOTH, "model": BOTH}}}}
)
REF = "refs/heads/f-[@click=app.quit]PWNED\u202e\u200b"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    made = build(tmp_path_factory.mktemp("world"), more=MORE)
    dev, alice, bob = (made[name] for name in ("dev", "alice", "bob"))
    dev.commit({".reviewconsole/rules/no-pay.yml": PACK}, f"Rules {BOTH}")
    dev.git("push", "-q", "origin", "main")
    message = (
        f"Title {BOTH}\n\nBody {BOTH}\n\nCo-Authored-By: Claude {ANSI} <noreply@anthropic.com>\nGenerated-By: {ANSI}\n"
    )
    author = f"M {ANSI.replace('<', '').replace('>', '')} <m{ESCAPE.replace(chr(7), '')}@example.com>"
    files = {
        "app.py": f"def pay():  # {BOTH}\n    return 2\n",
        f"d-{ANSI.replace('/', '_')}.py": f"x = 1  # noqa {BOTH}\n",
    }
    head = offer(made, "feat", files, message=message, author=author)
    dev.git("push", "-q", "origin", f"{head}:refs/heads/other")
    dev.git("push", "-q", "-f", "origin", f"{head}:{REF}", check=False)
    dev.git("notes", "--ref", "ai", "add", "-m", NOTE, head)
    dev.git("push", "-q", "origin", "refs/notes/ai")
    for who in (alice, bob):
        who.git("fetch", "-q", "origin", "refs/notes/ai:refs/notes/ai", "refs/heads/*:refs/remotes/origin/*")
        key = who.home / ".ssh/id_ed25519.pub"
        key.write_text(key.read_text().rstrip("\n") + f" {ANSI}\n")
    bob.attempt("reject", "origin/feat", "--reason", f"no {BOTH}")
    alice.attempt("boundary", "add", "TASK-1", "--refs", f"feat{MARKUP}*", "--reason", f"task {BOTH}")
    alice.attempt("waive", "prod", "--change", "origin/feat", "--reason", f"waived {BOTH}")
    hook = made.remote / "hooks/pre-receive"
    hook.write_text(f"#!/bin/sh\nprintf '%s' '{BOTH}' >&2\nexit 1\n", encoding="utf-8")
    hook.chmod(0o755)
    (made.folder / "scan.sarif").write_text(json.dumps(SARIF))
    bob.attempt("sync")
    return made


def verbs(world: World) -> Iterator[list[str]]:
    sarif = str(world.folder / "scan.sarif")
    yield from (
        ["sync"],
        ["queue"], ["queue", "--all"], ["queue", "--json"], ["queue", "--mine"], ["queue", "--range", "main~1..main"],
        ["inspect", "origin/feat"], ["inspect", "origin/feat", "--json"], ["inspect", "origin/feat", "--sarif"],
        ["inspect", "origin/feat", "--sarif-in", sarif], ["inspect", "origin/feat", "--sarif-in", sarif, "--json"],
        ["inspect", REF.replace("refs/heads/", "origin/")], ["inspect", f"no-{BOTH}"], ["log"], ["log", "origin/feat"], ["log", "--json"],
        ["verify", "origin/feat"], ["verify", "origin/feat", "--json"], ["verify", "origin/feat", "--sarif"], ["verify", BOTH],
        ["rules"], ["rules", "no-pay"], ["rules", BOTH], ["stats"], ["stats", "--json"], ["doctor"], ["doctor", "--json"], ["sync"],
        ["boundary", "list"], ["policy", "explain", "origin/feat"], ["policy", "check"], ["people", "list"], ["guard", "origin/feat"],
        ["guard", "origin/feat", "--json"], ["approve", "origin/feat", "--reason", f"yes {BOTH}"], ["withdraw", "origin/feat", "--reason", BOTH],
        ["sync", "--remote", BOTH], ["queue", "--target", BOTH], ["inspect", f"{BOTH}..{BOTH}"], ["waive", BOTH, "--change", "origin/feat", "--reason", "x"],
        ["boundary", "add", BOTH, "--refs", BOTH, "--reason", "x"], ["check-signature", "--signers", sarif, "--principal", BOTH, "--namespace", BOTH, "--signature", sarif],
        ["log"], ["log", "--json"], ["verify", "origin/feat", "--all"], ["sync"],
    )  # fmt: skip


def raw(text: str) -> list[str]:
    return sorted(set(score._RAW.findall(text.replace("\n", ""))))


def test_no_verb_lets_anything_through(world: World) -> None:
    alice, seen = world["alice"], ""
    for words in verbs(world):
        code, out, err = alice.attempt(*words)
        assert "Traceback" not in err and code != 70, (words, err)
        assert (words, raw(out + err)) == (words, [])
        seen += out + err
    assert seen.count("PWNED") > 200, "the payloads were there to be shown"
    assert "refused" in seen or "declined" in seen, "the remote's own words were shown"


@pytest.mark.parametrize(
    ("place", "text"),
    [
        (".config/reviewconsole/config.toml", f"theme = {TOML}\n"),
        (".config/reviewconsole/config.toml", f"{ESCAPE} = 1\n"),
        (".config/reviewconsole/config.toml", f"[keys]\n{TOML} = {TOML}\n"),
        (".config/reviewconsole/themes/x.toml", f"name = {TOML}\nbase = {TOML}\n"),
        (".config/reviewconsole/rules/x.yml", BROKEN),
        (".config/reviewconsole/agents.toml", f"[[agent]]\nname = {TOML}\n"),
        (".gitconfig", f'[user]\n\tname = "{MARKUP}"\n\tsigningkey = "{MARKUP}"\n[gpg]\n\tformat = ssh\n'),
    ],
)
def test_faulty_settings_are_told_safely(world: World, place: str, text: str) -> None:
    alice = world["alice"]
    path = alice.home / place
    before = path.read_bytes() if path.exists() else None
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    try:
        for words in (["doctor"], ["inspect", "origin/feat"], ["approve", "origin/feat", "--reason", "x", "--no-push"]):
            code, out, err = alice.attempt(*words)
            assert "Traceback" not in err and code != 70, err
            assert (words, raw(out + err)) == (words, [])
    finally:
        path.unlink() if before is None else path.write_bytes(before)


def test_a_faulty_policy_is_told_safely(world: World, tmp_path: Path) -> None:
    alice = world["alice"]
    for number, text in enumerate(
        (f"version = 1\n{TOML} = 1\n", f'version = 1\nrepository = "x"\ntargets = [{TOML}]\n', f"version = {TOML}\n", f"{BOTH}\n",
         f'version = 1\nrepository = {TOML}\ntargets = ["main"]\n[people.{TOML}]\nemails = [{TOML}]\n')
    ):  # fmt: skip
        path = tmp_path / f"{number}.toml"
        path.write_text(text, encoding="utf-8")
        code, out, err = alice.attempt("policy", "check", str(path))
        assert code in (1, 65), (text, out, err)
        assert raw(out + err) == []


def test_no_screen_lets_anything_through(world: World) -> None:
    alice = world["alice"]
    terminal = Terminal(alice.clone, {**alice.env, "NO_COLOR": ""})
    try:
        terminal.until(b"view everything", 60)
        terminal.quiet(0.5)
        if b"PWNED" not in terminal.stream:
            terminal.press("e", until=b"PWNED")
        terminal.press("\r", until=b"hunks read")
        for key in (" ", "?", "\x1b", "i", "\x1b", "l", "\x1b", "r", "\x1b", "n", "e", "\x1b", "d", "\x1b", "f", "\x1b", "s", "\x1b", "w", "W", "v",
                    "G", "g", "t", "\t", "\r", "\x1b", "/PWNED\r", "n", "\x1b", ":", "PWNED", "\x1b", "y", "A", "\x1b", "\x1b"):  # fmt: skip
            terminal.press(key)
        assert terminal.alive(), bytes(terminal.stream[-3000:])
    finally:
        terminal.close()
    assert score.raw_in_stream(bytes(terminal.stream)) == []
    assert terminal.stream.count(b"PWNED") > 20
