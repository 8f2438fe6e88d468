"""What a senior need not stop for: each case differs from a dangerous one by what stands around it."""

import pytest
from reviewconsole.detection.source import is_nonproduction, is_test, is_vendored
from reviewconsole.finding import Severity

from tests.rules.sample import scan_trees, scanned

H, M, C = Severity.HIGH, Severity.MEDIUM, Severity.CRITICAL


def worst(rule, old, new):
    found = [finding.severity for finding in scanned(old, new).findings if finding.rule == rule]
    return max(found, key=lambda each: each.rank, default=None)


@pytest.mark.parametrize(
    ("path", "aside", "test"),
    [
        ("pkg/testfixtures/storage/postgres.go", True, True),
        ("packages/app-tests/e2e/login.ts", True, True),
        ("apps/web/playwright.config.ts", True, True),
        ("src/contest/entry.py", False, False),
        ("terraform/environments/ephemeral-test/main.tf", False, False),
        ("Godeps/_workspace/src/mysql/connection.go", True, False),
        ("media/js/libs/jquery.mockjax.js", True, False),
        ("lib/orders.rb", False, False),
    ],
)
def test_tests_and_copied_code_are_known_by_their_path(path, aside, test):
    assert (is_nonproduction(path), is_test(path)) == (aside, test)


def test_the_code_of_somebody_else_weighs_medium_at_most():
    assert is_vendored("third_party/x/run.py") and not is_vendored("src/run.py")
    text = "def run():\n    try:\n        call()\n    except Exception:\n        pass\n"
    assert worst("swallowed-error", {}, {"src/run.py": text}) is H
    assert worst("swallowed-error", {}, {"vendored/run.py": text}) is M


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("if err != nil {\n\t\tcontinue\n\t}", H),
        ("if err != nil && errors.Is(err, NotFound) {\n\t\tcontinue\n\t}", None),
        ("if err != nil {\n\t\t// the tuple is invalid by the model, so it counts for nothing\n\t\tcontinue\n\t}", M),
    ],
)
def test_an_expected_error_of_go_is_no_swallowed_one(lines, expected):
    head = "package a\n\nfunc all(xs []string) {\n\tfor _, x := range xs {\n\t_, err := load(x)\n\t"
    assert worst("swallowed-error", {}, {"a.go": f"{head}{lines}\n\t}}\n}}\n"}) is expected


def test_a_handler_that_dropped_the_error_before_weighs_less():
    text = "def parse(lit):\n    try:\n        return read(lit)\n    except Exception:\n        {}\n"
    assert worst("swallowed-error", {"a.py": text.format("return lit")}, {"a.py": text.format("return None")}) is M
    assert worst("swallowed-error", {"a.py": text.format("raise")}, {"a.py": text.format("return None")}) is H


def test_an_error_that_is_kept_or_carried_on_is_no_default():
    head = "package a\n\nfunc all(xs []string) error {\n\tvar errs error\n\tfor _, x := range xs {\n\t\tif err := do(x); err != nil {\n"
    tail = "\t\t}\n\t}\n\treturn errs\n}\n"
    old = {"a.go": f"{head}\t\t\treturn err\n{tail}"}
    kept = {"a.go": f"{head}\t\t\terrs = errors.Join(errs, err)\n\t\t\tcontinue\n{tail}"}
    assert worst("error-to-default", old, kept) is None
    assert worst("error-to-default", old, {"a.go": f"{head}\t\t\tcontinue\n{tail}"}) is H
    named = "package a\n\nfunc one() (r *R, err error) {\n\tr, err = get()\n\tif err != nil {\n\t\treturn%s\n\t}\n\treturn\n}\n"
    assert worst("error-to-default", {"a.go": named % " nil, err"}, {"a.go": named % ""}) is None


@pytest.mark.parametrize(
    ("path", "row", "expected"),
    [
        ("deploy.sh", "rm -rf /opt/app/data", C),
        ("Dockerfile", "RUN rm -rf /opt/app/data", None),
        (".github/workflows/a.yml", "      - run: sudo rm -rf /opt/hostedtoolcache", None),
        ("Dockerfile", "RUN rm -rf /opt/app/data && terraform destroy", C),
    ],
)
def test_what_is_removed_while_an_image_is_built_or_a_runner_cleared_is_nobodys(path, row, expected):
    assert worst("destroy-command", {}, {path: f"{row}\n"}) is expected


def test_a_command_that_clears_everything_may_clear_one_thing_more():
    text = "class Command:\n    def handle(self):\n        Page.objects.all().delete()\n        Sale.objects.all().delete()\n{}"
    row = "        Page2.objects.all().delete()\n"
    path = "shop/management/commands/cleardb.py"
    assert worst("bulk-delete-job", {path: text.format("")}, {path: text.format(row)}) is M
    alone = "class Command:\n    def handle(self):\n        self.tell()\n{}"
    assert worst("bulk-delete-job", {path: alone.format("")}, {path: alone.format(row)}) is H


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("test.skip('adds a user', async () => {});", H),
        ("test.skip(true, 'later');", H),
        ("test.skip(process.env.BILLING !== 'true' || !plan, 'needs billing');", None),
        ("test.skip(({ browserName }) => browserName !== 'firefox', 'only there');", None),
    ],
)
def test_a_test_skipped_under_a_condition_runs_elsewhere(call, expected):
    assert worst("skip-added", {"e2e/a.spec.ts": "x();\n"}, {"e2e/a.spec.ts": f"x();\n{call}\n"}) is expected


@pytest.mark.parametrize(("name", "expected"), [("users", H), ("recipients", M)])
def test_what_one_thing_is_made_of_is_a_few(name, expected):
    text = f"export async function send({name}) {{\n  await Promise.all({name}.map(async (x) => mail(x)));\n}}\n"
    assert worst("unbounded-concurrency", {}, {"src/send.ts": text}) is expected


def test_a_fallback_that_was_the_value_before_is_none():
    new = 'bucket="${REPORT_BUCKET:-acme-reports}"\n'
    assert worst("hard-coded-fallback", {}, {"up.sh": new}) is H
    assert worst("hard-coded-fallback", {"up.sh": 'bucket="acme-reports"\n'}, {"up.sh": new}) is None


def test_a_package_that_an_outer_lock_or_the_workspace_knows_is_known():
    def lock(*names):
        rows = ", ".join(f'"node_modules/{name}": {{}}' for name in ("react", *names))
        return f'{{"packages": {{{rows}}}}}\n'.encode()

    def manifest(more):
        return f'{{\n  "dependencies": {{\n    "react": "1"{more}\n  }}\n}}\n'.encode()

    def named(own, outer, **files):
        old = {"app/package.json": manifest(""), "app/package-lock.json": lock(*own), "package-lock.json": lock(*outer)}
        old |= {path.replace("__", "/") + ".json": data for path, data in files.items()}
        new = old | {"app/package.json": manifest(',\n    "left-pad": "1"')}
        return [finding.rule for finding in scan_trees(old, new).findings if finding.rule == "package-unknown"]

    assert named([], []) == ["package-unknown"]
    assert named([], ["left-pad"]) == []
    assert named([], [], packages__pad__package=b'{\n  "name": "left-pad"\n}\n') == []


def test_a_dropped_column_counts_as_used_only_where_its_model_is_near():
    migration = (
        "from django.db import migrations\n\n\nclass Migration(migrations.Migration):\n    operations = [\n"
        "        migrations.RemoveField(model_name='voucher', name='collection'),\n    ]\n"
    )
    path = "shop/migrations/0002_x.py"

    def used(text):
        return worst("column-still-used", {"shop/use.py": text}, {"shop/use.py": text, path: migration})

    assert used("def price(line):\n    return line.product.collection\n") is None
    assert used("def price(voucher):\n    return voucher.collection\n") is C
    assert used("class Voucher:\n    code = text()\n    a = 1\n    b = 2\n    c = 3\n    collection = key()\n") is C


def test_a_safeguard_that_goes_with_all_that_stood_around_it_weighs_less():
    keep = "def keep(order):\n    total = sum(order)\n    return total\n"
    head = "def pay(order):\n    before(order)\n"
    check = "    if not order.lines:\n        raise ValueError('an order without lines')\n"
    body = "".join(f"    step_{at}(order)\n" for at in range(9))
    more = "    last(order)\n    return order.lines\n"
    old = {"a.py": head + body + check + body.replace("step", "then") + more + keep}
    assert worst("validation-removed", old, {"a.py": old["a.py"].replace(check, "")}) is H
    gone = head + body[: len(body) // 9 * 3] + "    return order.lines\n" + keep
    assert worst("validation-removed", old, {"a.py": gone}) in (M, None)


def test_a_record_that_joins_a_list_changes_no_other():
    def records(*names):
        rows = "\n".join(f'    {{\n      name = "{name}"\n      type = "A"\n    }},' for name in names)
        return f'module "route53_records" {{\n  source = "x/route53"\n  records = [\n{rows}\n  ]\n}}\n'

    old = {"dns/main.tf": records("docs", "www")}
    assert worst("dns-or-route-changed", old, {"dns/main.tf": records("docs", "www", "shop")}) is None
    assert worst("dns-or-route-changed", old, {"dns/main.tf": records("docs", "shop")}) is H


def test_a_root_of_terraform_that_moves_as_it_is_holds_no_new_danger():
    text = 'resource "aws_s3_bucket" "static" {\n  bucket = "x"\n  acl    = "public-read"\n}\n'
    assert worst("open-ingress", {}, {"shared/s3.tf": text}) in (H, C)
    assert worst("open-ingress", {"terraform/s3.tf": text}, {"shared/s3.tf": text}) not in (H, C)


def test_a_table_that_is_rebuilt_as_sqlite_must_is_not_dropped():
    head = "-- +goose Up\nCREATE TABLE new_profile (id int);\nINSERT INTO new_profile SELECT id FROM profile;\nDROP TABLE profile;\n"
    rename = "ALTER TABLE new_profile RENAME TO profile;\n"
    path = "db/migrations/0002_profile.sql"
    assert worst("drop-in-upgrade", {}, {path: head}) is C
    assert worst("drop-in-upgrade", {}, {path: head + rename}) is None


@pytest.mark.parametrize(
    ("path", "expected"),
    [("src/orders.ts", H), ("src/components/Orders.tsx", M), ("scripts/fetch.ts", M), ("app/api/orders/route.ts", H)],
)
def test_who_waits_on_a_screen_or_for_a_tool_can_leave(path, expected):
    text = "export async function orders(url: string) {\n  const found = await fetch(url);\n  return found.json();\n}\n"
    assert worst("call-without-timeout", {}, {path: text}) is expected


def test_a_name_that_is_filled_in_by_another_variable_may_be_the_same():
    def record(name):
        return f'resource "aws_route53_record" "a" {{\n  zone_id = "Z1"\n  name    = "{name}"\n  type    = "A"\n}}\n'

    old = {"dns.tf": record("api.${data.zone.dns.name}")}
    assert worst("dns-or-route-changed", old, {"dns.tf": record("api.${var.domain}")}) is M
    assert worst("dns-or-route-changed", old, {"dns.tf": record("www.${data.zone.dns.name}")}) is H


def test_an_optional_step_that_always_runs_is_no_check_made_soft():
    step = "      - name: Stop the gateway\n        run: ./stop.sh\n"
    text = f"name: x\non: [push]\npermissions: {{}}\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: make test\n{step}"
    path = ".github/workflows/a.yml"
    soft = text + "        if: always()\n        continue-on-error: true\n"
    assert worst("check-made-soft", {path: text}, {path: soft}) is None


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("return voucher.collection", C),
        ("return line.product.collection  # for a voucher", None),
        ("return Voucher.objects.filter(collection=given)", C),
        ("collection = load(voucher)", None),
    ],
)
def test_a_column_of_one_word_is_used_where_it_stands_on_its_own_model(row, expected):
    migration = (
        "from django.db import migrations\n\n\nclass Migration(migrations.Migration):\n    operations = [\n"
        "        migrations.RemoveField(model_name='voucher', name='collection'),\n    ]\n"
    )
    text = f"def price(voucher, line, given):\n    {row}\n"
    new = {"shop/use.py": text, "shop/migrations/0002_x.py": migration}
    assert worst("column-still-used", {"shop/use.py": text}, new) is expected


def test_one_assertion_on_a_call_says_what_several_on_its_arguments_said():
    head = "def test_prune(remove):\n    prune()\n"
    old = head + "    code, upto = remove.call_args.args\n    assert code == 'a'\n    assert upto == 1\n"
    new = head + "    remove.assert_called_once_with('a', 1, wait=False)\n"
    assert worst("assertion-weakened", {"tests/test_a.py": old}, {"tests/test_a.py": new}) in (None, M)


@pytest.mark.parametrize(
    ("body", "expected"),
    [("pass", H), ("pass  # noqa: S110", H), ("pass  # the banner is only decoration here", M)],
)
def test_a_broad_handler_that_says_why_weighs_less(body, expected):
    text = f"def run():\n    try:\n        call()\n    except Exception:\n        {body}\n"
    assert worst("swallowed-error", {}, {"src/run.py": text}) is expected
