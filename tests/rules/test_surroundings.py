"""What stands around a finding decides how much it weighs: whose script, which reason, what else the change holds."""

import pytest
from reviewconsole.finding import Severity

from tests.rules.sample import scanned

H, M, L, C = Severity.HIGH, Severity.MEDIUM, Severity.LOW, Severity.CRITICAL


def weights(rule, old, new):
    return [finding.severity for finding in scanned(old, new).findings if finding.rule == rule]


def _called(uses):
    return f"name: x\non: [push]\npermissions: {{}}\njobs:\n  plan:\n    uses: {uses}\n    secrets: inherit\n"


@pytest.mark.parametrize(
    ("uses", "expected"),
    [("./.github/workflows/plan.yml", [M]), ("acme/shared/.github/workflows/plan.yml@main", [H])],
)
def test_secrets_for_a_workflow_of_the_same_repository_weigh_less(uses, expected):
    assert weights("workflow-privilege", {}, {".github/workflows/x.yml": _called(uses)}) == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("* @a\n/web @b\n", "* @a\n/web @b\n/web/go.mod @a\n", [M]),
        ("* @a\n/web @b\n", "* @a\n/web @b @c\n", [M]),
        ("* @a\n/web @b\n", "* @a\n/web @c\n", [C]),
        ("* @a\n/web @b\n", "* @a\n/web @b\n/web/keys\n", [C]),
        ("* @a\n/web @b\n", "* @a\n/web @b\n* @d\n", [C]),
        ("* @a\n/web @b\n", "* @a\n", [C]),
    ],
)
def test_owners_that_only_grow_weigh_less_than_owners_that_lose_a_path(old, new, expected):
    assert weights("reviewer-config-touched", {".github/CODEOWNERS": old}, {".github/CODEOWNERS": new}) == expected


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("kind.sh", "#!/bin/sh\nkubectl delete ns web\nkubectl create ns web\n", [M]),
        ("deploy.sh", "#!/bin/sh\nkubectl delete ns web\nkubectl create ns web\n", [C]),
        ("kind.sh", "#!/bin/sh\nkubectl delete ns production\nkubectl create ns production\n", [C]),
    ],
)
def test_a_script_for_a_machine_of_ones_own_may_build_and_clear_it(path, text, expected):
    assert weights("recreate-pair", {}, {path: text}) == expected


def test_a_destroying_command_in_a_script_for_development_weighs_less():
    text = "#!/bin/sh\nterraform destroy -auto-approve\n"
    assert weights("destroy-command", {}, {"bin/stack-dev.sh": text}) == [M]
    assert weights("destroy-command", {}, {"bin/stack.sh": text}) == [C]


@pytest.mark.parametrize(
    ("above", "expected"),
    [
        ("# tfsec\n# - AWS095: the value is no secret and made anew each day\n", [M]),
        ("# The queue of letters\n", [H]),
    ],
)
def test_a_mark_whose_reason_stands_above_it_weighs_less(above, expected):
    text = f'{above}#tfsec:ignore:AWS095\nresource "aws_sqs_queue" "letters" {{\n}}\n'
    assert weights("suppression-added", {}, {"queue.tf": text}) == expected


@pytest.mark.parametrize(("path", "expected"), [("db/migrate/lite.go", []), ("store/lite.go", [M])])
def test_names_of_tables_cannot_be_bound(path, expected):
    text = (
        "package lite\n\nfunc (s *Store) Add(table, column string) error {\n"
        '\t_, err := s.tx.Exec(fmt.Sprintf("ALTER TABLE %s ADD COLUMN %s", table, column))\n\treturn err\n}\n'
    )
    assert weights("injection-sink", {}, {path: text}) == expected


def test_a_shell_in_a_tool_for_developers_weighs_less():
    text = 'import subprocess\n\n\ndef look(name):\n    subprocess.call("git diff {}".format(name), shell=True)\n'
    assert weights("injection-sink", {}, {"manage.py": text}) == [M]
    assert weights("injection-sink", {}, {"shop/views.py": text}) == [H]


@pytest.mark.parametrize(
    ("head", "expected"),
    [("isOpen(id string) bool", [M]), ("load(id string) *Row", [H])],
)
def test_an_error_that_answers_a_question_by_no_weighs_less(head, expected):
    value = "false" if "bool" in head else "nil"
    text = (
        f"package shop\n\nfunc {head} {{\n\trow, err := find(id)\n\tif err != nil {{\n\t\treturn {value}\n\t}}\n"
        f"\treturn row.Value\n}}\n"
    )
    assert weights("swallowed-error", {}, {"shop/open.go": text}) == expected


def test_an_environment_that_cannot_be_read_weighs_less():
    body = (
        "export const on = () => {{\n  try {{\n    return {0};\n  }} catch (error) {{\n    return false;\n  }}\n}};\n"
    )
    assert weights("swallowed-error", {}, {"src/on.ts": body.format("process.env.MODE === 'dev'")}) == [M]
    assert weights("swallowed-error", {}, {"src/on.ts": body.format("load('mode').on")}) == [H]


def test_a_copied_step_of_a_pipeline_weighs_less_than_a_new_one():
    step = "      - run:\n          name: Load {0}\n          command: |\n            set +o pipefail\n            docker load -i /tmp/{0}.tar | true\n"
    job = "  {0}:\n    steps:\n" + step
    old, path = "jobs:\n" + job.format("one"), ".circleci/config.yml"
    assert weights("status-check-removed", {path: old}, {path: old + job.format("two")}) == [M]
    assert weights("status-check-removed", {path: "jobs:\n"}, {path: old}) == [H]


def _module(folder, rows):
    return {f"{folder}/main.tf": "".join(rows)}


_ADDRESS = 'resource "azurerm_public_ip" "{0}" {{\n  name = "{0}"\n  sku  = "Standard"\n}}\n'


def test_a_module_that_nothing_called_is_retired_without_loss():
    old = _module("modules/gate", [_ADDRESS.format("one"), _ADDRESS.format("two")])
    call = {"live/main.tf": 'module "gate" {\n  source = "../modules/gate"\n}\n'}
    rest = {"live/main.tf": "# nothing here\n"}
    assert weights("stateful-resource-removed", old | rest, rest) == [L]
    assert weights("stateful-resource-removed", old | call, rest) == [M]


def test_a_secret_that_a_new_module_may_hold_weighs_less_and_a_database_does_not():
    call = 'module "starter" {\n  source = "github.com/acme/starter"\n}\n'
    for kind, expected in (("kubernetes_secret", [M]), ("aws_db_instance", [C])):
        gone = f'resource "{kind}" "letters" {{\n  name = "letters"\n}}\n'
        assert weights("stateful-resource-removed", {"main.tf": gone}, {"main.tf": call}) == expected


def test_a_new_key_with_the_shortest_window_weighs_less_than_a_window_made_shorter():
    key = 'module "key" {{\n  source                  = "acme/kms"\n  deletion_window_in_days = {0}\n}}\n'
    assert weights("no-last-copy", {}, {"kms.tf": key.format(7)}) == [M]
    assert weights("no-last-copy", {"kms.tf": key.format(30)}, {"kms.tf": key.format(7)}) == [H]


def test_a_token_that_a_comment_calls_a_sample_weighs_less():
    row = 'REPLY = {"access_token": "xoxb-20653672481-29874698323-qdFZKVeTuE8sk7oOcBrzbqgx"}\n'
    assert weights("secret-added", {}, {"chat.py": "# A reply as in their docs, no actual token.\n" + row}) == [M]
    assert weights("secret-added", {}, {"chat.py": "# The reply.\n" + row}) == [C]


def test_a_test_that_goes_with_the_behaviour_of_what_it_names_weighs_less():
    code = "class Writer:\n    def write(self, text):\n        shown = clean(text)\n        return shown\n"
    both = "def test_write():\n    assert Writer().write('a') == 'a'\n\n\ndef test_links():\n    assert Writer().write('b') == 'b'\n"
    one = both.split("\n\n\n", maxsplit=1)[0] + "\n"
    old = {"shop/writer.py": code, "tests/test_writer.py": both}
    assert weights("test-deleted", old, {"shop/writer.py": code, "tests/test_writer.py": one}) == [H]
    new = {"shop/writer.py": code.replace("clean(text)", "escape(clean(text))"), "tests/test_writer.py": one}
    assert weights("test-deleted", old, new) == [M]


def test_a_name_that_holds_err_by_chance_is_no_error():
    old = (
        "def build(path, host):\n    if host is not None and path is not None:\n"
        "        return make_url(path, override_base=host)\n    if path:\n        return join(path, host)\n    return path\n"
    )
    new = "def build(path, host):\n    if path:\n        return join(path, host)\n    return path\n"
    assert H not in weights("validation-removed", {"web/url.py": old}, {"web/url.py": new})
