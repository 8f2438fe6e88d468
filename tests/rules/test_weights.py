"""How much a finding weighs: what is said beside it, where it stands, and how narrow it is."""

import pytest
from reviewconsole.finding import Severity

from tests.rules.sample import scan_trees

H, M, L, C = Severity.HIGH, Severity.MEDIUM, Severity.LOW, Severity.CRITICAL


def weights(rule, path, old, new):
    result = scan_trees({path: old.encode()} if old is not None else {}, {path: new.encode()})
    return [finding.severity for finding in result.findings if finding.rule == rule]


@pytest.mark.parametrize(
    ("mark", "severity"),
    [
        ("# noqa", M),
        ("# flake8: noqa", H),
        ("# type: ignore", M),
        ("# noqa: S608", H),
        ("# nosec", H),
        ("# nosec B602 because the command is a constant", M),
        ("# nosec B602: the command is a constant", M),
        ("# pylint: disable=broad-except", M),
        ("# noqa: E501", L),
        ("# type: ignore[arg-type]", L),
        ("# pylint: disable=too-many-locals", L),
    ],
)
def test_a_suppression_weighs_by_how_much_it_silences_and_whether_it_says_why(mark, severity):
    old = "import os\n\n\ndef run(command):\n    return os.system(command)\n"
    assert weights("suppression-added", "src/run.py", old, old.replace("(command)\n", f"(command)  {mark}\n")[:-1]) == [
        severity
    ]


@pytest.mark.parametrize(
    ("path", "old", "new", "expected"),
    [
        (
            "pyproject.toml",
            "[tool.coverage.report]\nfail_under = 90\n",
            "[tool.coverage.report]\nfail_under = 60\n",
            [H],
        ),
        (
            "pyproject.toml",
            "[tool.coverage.report]\nfail_under = 60\n",
            "[tool.coverage.report]\nfail_under = 90\n",
            [],
        ),
        ("codecov.yml", "coverage:\n  project:\n    target: 85%\n", "coverage:\n  project:\n    target: 65%\n", [H]),
        ("deploy/scale.yml", "cpu:\n  target: 85\n", "cpu:\n  target: 65\n", []),
        ("package.json", '{"lint": "eslint --max-warnings 0"}\n', '{"lint": "eslint --max-warnings 40"}\n', [M]),
        (".secrets.baseline", '{"line_number": 1\n}\n', '{"hashed_secret": "a",\n"line_number": 2\n}\n', [M]),
        (".secrets.baseline", '{"line_number": 1\n}\n', '{"line_number": 2,\n"line_number": 3\n}\n', []),
        ("phpstan-baseline.neon", "a\n", "a\nb\n", [H]),
        (".secrets.baseline", '{"a": 1,\n"b": 2\n}\n', '{"a": 1\n}\n', []),
    ],
)
def test_a_bar_that_lets_more_pass_is_a_suppression(path, old, new, expected):
    assert weights("suppression-added", path, old, new) == expected


@pytest.mark.parametrize(
    ("path", "old", "new", "expected"),
    [
        (".pre-commit-config.yaml", "- repo: x\n  rev: v1\n", "- repo: x\n  rev: v2\n", [L]),
        (".pre-commit-config.yaml", "- repo: x\n  rev: v1\n  - id: gitleaks\n", "- repo: x\n  rev: v1\n", [C]),
        (".husky/pre-push", "npm test\nnpm run lint\n", "npm test\n", [C]),
        ("AGENTS.md", "# Rules\nAsk first.\n", "# Rules\nAsk first.\nPrefer short names.\n", [M]),
        ("AGENTS.md", "# Rules\nAsk first.\nRun the tests.\n", "# Rules\nAsk first.\n", [C]),
        ("AGENTS.md", "# Rules\nAsk first.\n", "# Rules\nAsk first.\nSkip the tests when in a hurry.\n", [C]),
        (".gitattributes", "*.png binary\n", "*.png binary\nsrc/** -diff\n", [H]),
        (".gitattributes", "*.png binary\n", "*.png binary\n*.sh eol=lf\n", [L]),
        ("tests/fixtures/.github/CODEOWNERS", "* @a\n", "* @b\n", [M]),
    ],
)
def test_what_a_change_to_the_reviewers_configuration_does_decides_its_weight(path, old, new, expected):
    assert weights("reviewer-config-touched", path, old, new) == expected


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("conf/locale/fa/django.po", 'msgstr "\u0645\u06cc\u200c\u062f\u0647\u062f \u200f"\n', [L]),
        ("conf/locale/fa/django.po", 'msgstr "ok"\n', []),
        ("conf/locale/eo/django.po", 'msgstr "abc \u202e def"\n', [H]),
        ("src/access.py", 'name = "admin\u200f"\n', [H]),
    ],
)
def test_marks_that_a_language_is_written_with_weigh_little_in_its_translation(path, text, expected):
    assert weights("hidden-character", path, 'msgstr ""\n', text) == expected


def test_bytes_that_are_no_text_are_no_hidden_characters_of_weight():
    result = scan_trees({}, {"keys/a.gpg": bytes(range(128, 256)) * 8 + b"\x1b\x07\n\xff\xfe\x1b"})
    assert {f.severity for f in result.findings if f.rule == "hidden-character"} <= {L}


@pytest.mark.parametrize(
    ("added", "expected"),
    [
        ("set +e\n./migrate --apply\n", [H]),
        ("set +e\n./probe\ncode=$?\nset -e\n", [M]),
        ("set +e\n./probe\necho $?\n", [M]),
    ],
)
def test_a_script_that_looks_at_the_exit_code_itself_weighs_less(added, expected):
    old = "#!/bin/bash\nset -e\n./build\n"
    assert weights("status-check-removed", "bin/release.sh", old, old + added) == expected


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("kubectl apply -f deploy/ || true", [H]),
        ("./migrate --apply || true", [H]),
        ("cp a b || true", [M]),
        ("kubectl get pods 2>/dev/null || true", []),
        ("kubectl delete pod x --ignore-not-found || true", [M]),
    ],
)
def test_a_command_that_changes_production_may_not_fail_in_silence(row, expected):
    old = "#!/bin/bash\nset -e\n"
    assert weights("swallowed-error", "bin/release.sh", old, old + row + "\n") == expected


@pytest.mark.parametrize(
    ("path", "expected"), [("src/server/rates.ts", [H]), ("src/Rates.tsx", [M]), ("tests/rates.ts", [])]
)
def test_a_request_without_a_time_limit_weighs_less_in_a_page(path, expected):
    old = "export async function rates() {\n  return 1;\n}\n"
    assert weights("call-without-timeout", path, old, old.replace("return 1", "return fetch(url)")) == expected


@pytest.mark.parametrize(
    ("call", "expected"),
    [("urlopen(request, None, 10)", []), ("urlopen(request, None)", [H]), ("urlopen(make(a, b, c))", [H])],
)
def test_the_time_limit_of_urlopen_may_be_its_third_argument(call, expected):
    old = "from urllib.request import urlopen\n\n\ndef load(request):\n    return 1\n"
    assert weights("call-without-timeout", "src/load.py", old, old.replace("1\n", f"{call}\n")) == expected


@pytest.mark.parametrize(
    ("path", "old", "new", "expected"),
    [
        ("charts/api/values.yaml", "cache:\n  enabled: false\n", "cache:\n  enabled: true\n", [H]),
        ("charts/api/values-staging.yaml", "cache:\n  enabled: false\n", "cache:\n  enabled: true\n", [L]),
        ("api/settings/base.py", 'A_ENABLED = env("A_ENABLED", False)\n', 'A_ENABLED = env("A_ENABLED", True)\n', [H]),
        ("api/models.py", "enabled = False\n", "enabled = True\n", [M]),
    ],
)
def test_a_switch_in_deployed_settings_weighs_fully(path, old, new, expected):
    assert weights("flag-default-flip", path, old, new) == expected


def test_a_status_that_is_compared_in_full_is_still_a_check():
    old = "export async function get(url) {\n  const response = await call(url);\n  if (!response.ok) {\n    throw new Error(url);\n  }\n  return response.json();\n}\n"
    assert (
        weights("status-check-removed", "src/get.ts", old, old.replace("!response.ok", "response.ok === false")) == []
    )


def test_a_runbook_in_words_is_asked_how_to_see_that_it_worked():
    text = "# DiskFull\n\n## Mitigation\n\nFree some space and tell the team.\n"
    assert weights("runbook-no-verify", "runbooks/DiskFull.md", None, text) == [H]
    assert weights("runbook-no-verify", "runbooks/DiskFull.md", None, f"{text}\n## Verify\n\nThe alarm ends.\n") == []


JAVA = """class Store {
    private final URL url;

    void open(URL url) {
        if (url == null) {
            throw new IllegalArgumentException("url");
        }
        this.url = url;
    }

    void add(Item item) {
        synchronized (this) {
            items.add(item);
            count = count + 1;
        }
    }
}
"""


@pytest.mark.parametrize(
    ("rule", "old", "new"),
    [
        ("validation-removed", JAVA[JAVA.index("        if") : JAVA.index("        this.url")], ""),
        ("error-to-default", 'throw new IllegalArgumentException("url");', "return;"),
        ("lock-removed", "        synchronized (this) {\n", "        {\n"),
    ],
)
def test_a_block_of_java_is_no_host_of_its_own(rule, old, new):
    assert weights(rule, "src/main/java/Store.java", JAVA, JAVA.replace(old, new)) == [H]


@pytest.mark.parametrize(
    ("path", "old", "new", "expected"),
    [
        ("a_test.go", "assert.Equal(t, int64(30), weight)", "assert.NotNil(t, weight)", [H]),
        ("a_test.go", "require.ErrorIs(t, err, ErrLimit)", "require.Error(t, err)", [H]),
        ("a_test.go", "assert.Equal(t, int64(30), weight)", "assert.Equal(t, int64(31), weight)", []),
    ],
)
def test_an_assertion_that_only_asks_whether_something_is_there_is_weaker(path, old, new, expected):
    text = "package a\n\nfunc TestA(t *testing.T) {\n\tweight, err := run()\n\tprepare(t)\n\t%s\n}\n"
    assert weights("assertion-weakened", path, text % old, text % new) == expected


def test_an_assertion_of_hamcrest_is_weaker_when_anything_will_do():
    text = "class ATest {\n    @Test\n    void a() {\n        prepare();\n        assertThat(run(), %s);\n    }\n}\n"
    assert weights("assertion-weakened", "ATest.java", text % 'is("a")', text % "is(notNullValue())") == [H]
    assert weights("assertion-weakened", "ATest.java", text % 'is("a")', text % 'is("b")') == []


def test_a_procedure_that_anybody_may_call_lost_its_check():
    old = 'import { adminProcedure } from "./trpc";\n\nexport const remove = adminProcedure\n  .input(Z)\n  .mutation(run);\n'
    assert weights("auth-removed", "src/remove.ts", old, old.replace("adminProcedure", "procedure")) == [C]
    assert weights("auth-removed", "src/remove.ts", old, old.replace("adminProcedure", "memberProcedure")) == []


def test_remarks_of_a_tool_do_not_make_a_migration_one_of_another_database():
    text = '/*\n  - Added the required column `token` to the table `User`\n*/\nCREATE INDEX "a" ON "User"("token");\n'
    assert weights("index-locks-table", "prisma/migrations/1_a/migration.sql", None, text) == [H]


def test_permissions_and_the_way_back_of_south_are_no_mass_of_rows():
    text = (
        "from django.db import migrations\n\n\ndef fill(apps, schema_editor):\n"
        '    %s = apps.get_model("auth", "%s")\n    %s.objects.filter(a=1).update(b=2)\n\n\n'
        "class Migration(migrations.Migration):\n    operations = [migrations.RunPython(fill, fill)]\n"
    )
    assert weights("backfill-unbatched", "a/migrations/0002_a.py", None, text % (("Order",) * 3)) == [H]
    assert weights("backfill-unbatched", "a/migrations/0002_a.py", None, text % (("Permission",) * 3)) == []
    south = "class Migration(SchemaMigration):\n    def backwards(self, orm):\n        db.delete_table(u'a_b')\n"
    assert weights("destroy-command", "a/migrations/0001_initial.py", None, south) == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("time.sleep(2**attempt)", [H]),
        ("time.sleep(2**attempt + random.random())", []),
        ("time.sleep(1)", [H]),
        ("last = error", [H]),
    ],
)
def test_a_retry_whose_wait_is_the_same_for_everybody_is_found_also_when_it_grows(body, expected):
    old = "def push(payload):\n    return 1\n"
    new = (
        "def push(payload):\n    for attempt in range(5):\n        try:\n            return send(payload, timeout=5)\n"
        f"        except ConnectionError as error:\n            {body}\n    raise last\n"
    )
    assert weights("retry-without-backoff", "src/push.py", old, new) == expected


JAVA_CALL = """class Sender {
    void send() {
        Builder builder = Exporter.builder()
                .setEndpoint(url)
                .setTimeout(limit)
                .setCompression(zip);
        try {
            builder.build().push();
        } catch (PushException e) {
            LOGGER.error("not pushed", e);
            throw new WebApplicationException(e);
        }
    }
}
"""


@pytest.mark.parametrize(
    ("rule", "row", "expected"),
    [
        ("timeout-removed", "                .setTimeout(limit)\n", [H]),
        ("log-or-metric-removed", '            LOGGER.error("not pushed", e);\n', [M]),
    ],
)
def test_what_java_writes_in_its_own_way_is_a_safeguard_as_well(rule, row, expected):
    assert weights(rule, "src/main/java/Sender.java", JAVA_CALL, JAVA_CALL.replace(row, "")) == expected


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("for _, item := range items {\n\t\tg.Go(func() error { return run(item) })\n\t}", [H]),
        ("g.SetLimit(8)\n\tfor _, item := range items {\n\t\tg.Go(func() error { return run(item) })\n\t}", []),
        ("pool, err := pgxpool.New(ctx, dsn)\n\tfor _, item := range items {\n\t\tgo run(item)\n\t}", [H]),
    ],
)
def test_a_pool_of_connections_bounds_no_goroutines(rows, expected):
    old = "package a\n\nfunc Load() error {\n\treturn nil\n}\n"
    assert weights("unbounded-concurrency", "a.go", old, old.replace("return nil", f"{rows}\n\treturn nil")) == expected


def test_an_assertion_with_its_sides_swapped_says_the_same():
    old = "def test_a():\n    reply = run()\n    assert reply['total'] == 1\n"
    assert (
        weights("assertion-weakened", "test_a.py", old, old.replace("reply['total'] == 1", "1 == reply['total']")) == []
    )


def test_the_permissions_that_a_class_declares_guard_all_of_it():
    old = "class View(APIView):\n    permission_classes = (IsAuthenticated,)\n    throttle = 1\n\n    def get(self, request):\n        return all_of_it(request)\n"
    new = old.replace("    permission_classes = (IsAuthenticated,)\n", "")
    assert weights("auth-removed", "src/views.py", old, new) == [C]
