"""Catalogue 5.2: databases and migrations. A migration is a new file, as in real life."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence

from benchmarks.changes import Sides
from benchmarks.seeding.edits import FUNCTIONS, Py, insert, name_of, replace, shifted, span
from benchmarks.seeding.model import C, Case, Draw, H, Material, added, operator
from benchmarks.seeding.operators.common import Variant, parsed

ALEMBIC = r"(^|/)(versions|migrations/versions|alembic)/[^/]*\.py$|(^|/)migrations/versions/.*\.py$"
DJANGO = r"(^|/)migrations/\d{4}_\w+\.py$"
SQL = r"(^|/)migrations?/.*\.sql$"


def _function(py: Py, name: str) -> FUNCTIONS | None:
    return next((f for f in py.functions(1) if f.name == name and f.col_offset == 0), None)


def _into_upgrade(
    material: Material, draw: Draw, variants: Sequence[Variant], safe: Mapping[str, Sequence[str]]
) -> Iterator[Case]:
    py = parsed(material)
    up, down = (_function(py, name) if py else None for name in ("upgrade", "downgrade"))
    if py is None or up is None:
        return
    shape, rows = draw.take(variants)
    last = up.body[-1].end_lineno or 0

    def put(block: Sequence[str], line: int = last) -> str:
        return insert(py.text, line + 1, shifted(block, "    "))

    counterparts = {kind: put(block) for kind, block in safe.items()}
    counterparts["comment"] = put([f"# {row}" for row in rows])
    if down is not None and "in downgrade" not in counterparts:
        counterparts["in downgrade"] = put(rows, down.body[-1].end_lineno or 0)
    yield added(shape, material.path, py.text, put(rows), safe=counterparts)


@operator("drop-in-upgrade/alembic", "m-01 m-02", C, files=ALEMBIC, needs=r"^def upgrade", standing=True)
def drop_alembic(material: Material, draw: Draw) -> Iterator[Case]:
    """Data leaves with the upgrade."""
    variants: list[Variant] = [
        ("column", ['op.drop_column("invoices", "paid_at")']),
        ("multi-line", ["op.drop_column(", '    "invoices",', '    "customer_reference",', '    schema="billing",', ")"]),
        ("batch", ['with op.batch_alter_table("invoices", schema=None) as batch_op:', '    batch_op.drop_column("paid_at")']),
        ("table", ['op.drop_table("invoices")']),
        ("raw SQL", ['op.execute("ALTER TABLE invoices DROP COLUMN paid_at")']),
        ("raw SQL in lines", ["op.execute(", '    """', "    ALTER TABLE invoices", "        DROP COLUMN IF EXISTS paid_at;", '    """', ")"]),
        ("keyword", ['op.drop_column(table_name="invoices", column_name="paid_at")']),
        ("connection", ["conn = op.get_bind()", 'conn.execute(sa.text("DROP TABLE invoices"))']),
    ]  # fmt: skip
    safe = {
        "own table": ['op.create_table("scratch_rows", sa.Column("id", sa.Integer))', 'op.drop_table("scratch_rows")']
    }
    yield from _into_upgrade(material, draw, variants, safe)


@operator("index-locks-table/alembic", "m-03", H, files=ALEMBIC, needs=r"^def upgrade", standing=True)
def index_alembic(material: Material, draw: Draw) -> Iterator[Case]:
    """An index that locks a table that is in use."""
    variants: list[Variant] = [
        ("one line", ['op.create_index("ix_invoices_paid_at", "invoices", ["paid_at"])']),
        ("multi-line", ["op.create_index(", '    op.f("ix_invoices_customer_id"),', '    "invoices",', '    ["customer_id"],', "    unique=False,", ")"]),
        ("batch", ['with op.batch_alter_table("invoices") as batch_op:', '    batch_op.create_index("ix_invoices_paid_at", ["paid_at"])']),
        ("raw SQL", ['op.execute("CREATE UNIQUE INDEX ix_invoices_number ON invoices (number)")']),
        ("where clause", ["op.create_index(", '    "ix_open",', '    "invoices",', '    ["state"],', "    postgresql_where=sa.text(\"state = 'open'\"),", ")"]),
    ]  # fmt: skip
    inside = ["with op.get_context().autocommit_block():", "    op.create_index(", '        "ix_invoices_paid_at",', '        "invoices",', '        ["paid_at"],', "        unique=False,", "        postgresql_concurrently=True,", "    )"]  # fmt: skip
    new = ["op.create_table(", '    "payouts",', '    sa.Column("id", sa.Integer, primary_key=True),', ")", 'op.create_index("ix_payouts_id", "payouts", ["id"])']  # fmt: skip
    yield from _into_upgrade(material, draw, variants, {"concurrently": inside, "own table": new})


@operator("concurrently-in-transaction/alembic", "m-04", H, files=ALEMBIC, needs=r"^def upgrade", standing=True)
def concurrently_alembic(material: Material, draw: Draw) -> Iterator[Case]:
    """CONCURRENTLY where the tool opens a transaction."""
    if "autocommit_block" in material.text or "COMMIT" in material.text:
        return
    variants: list[Variant] = [
        ("call", ["op.create_index(", '    "ix_invoices_paid_at",', '    "invoices",', '    ["paid_at"],', "    postgresql_concurrently=True,", ")"]),
        ("raw SQL", ['op.execute("CREATE INDEX CONCURRENTLY ix_paid ON invoices (paid_at)")']),
        ("raw SQL drop", ['op.execute("DROP INDEX CONCURRENTLY ix_invoices_paid_at")']),
    ]  # fmt: skip
    safe = {
        "autocommit": [
            "with op.get_context().autocommit_block():",
            '    op.execute("CREATE INDEX CONCURRENTLY ix_paid ON invoices (paid_at)")',
        ]
    }
    yield from _into_upgrade(material, draw, variants, {**safe, "in downgrade": safe["autocommit"]})


@operator("not-null-or-check/alembic", "m-05", H, files=ALEMBIC, needs=r"^def upgrade", standing=True)
def not_null_alembic(material: Material, draw: Draw) -> Iterator[Case]:
    """A constraint that scans, or that old writers break."""
    variants: list[Variant] = [
        ("alter column", ['op.alter_column("invoices", "paid_at", nullable=False)']),
        ("alter column, lines", ["op.alter_column(", '    "invoices",', '    "paid_at",', "    existing_type=sa.DateTime(),", "    nullable=False,", ")"]),
        ("add column", ['op.add_column("invoices", sa.Column("region", sa.String(2), nullable=False))']),
        ("foreign key", ["op.create_foreign_key(", '    "fk_invoices_customer",', '    "invoices",', '    "customers",', '    ["customer_id"],', '    ["id"],', ")"]),
        ("check", ['op.create_check_constraint("ck_amount", "invoices", "amount > 0")']),
        ("raw SQL", ['op.execute("ALTER TABLE invoices ALTER COLUMN paid_at SET NOT NULL")']),
        ("batch", ['with op.batch_alter_table("invoices") as batch_op:', '    batch_op.alter_column("paid_at", existing_type=sa.DateTime(), nullable=False)']),
    ]  # fmt: skip
    safe = {
        "default": [
            'op.add_column("invoices", sa.Column("region", sa.String(2), nullable=False, server_default="eu"))'
        ],
        "not valid": ['op.execute("ALTER TABLE invoices ADD CONSTRAINT ck CHECK (amount > 0) NOT VALID")'],
        "nullable": ['op.add_column("invoices", sa.Column("region", sa.String(2), nullable=True))'],
    }
    yield from _into_upgrade(material, draw, variants, safe)


@operator("type-or-rename/alembic", "m-06", C, files=ALEMBIC, needs=r"^def upgrade", standing=True)
def rename_alembic(material: Material, draw: Draw) -> Iterator[Case]:
    """Running code no longer finds what it reads."""
    variants: list[Variant] = [
        ("type", ["op.alter_column(", '    "invoices",', '    "amount",', "    existing_type=sa.Integer(),", "    type_=sa.Numeric(10, 2),", "    existing_nullable=False,", ")"]),
        ("column name", ['op.alter_column("invoices", "paid_at", new_column_name="settled_at")']),
        ("table name", ['op.rename_table("invoices", "bills")']),
        ("raw rename", ['op.execute("ALTER TABLE invoices RENAME COLUMN paid_at TO settled_at")']),
        ("raw type", ['op.execute("ALTER TABLE invoices ALTER COLUMN amount TYPE bigint")']),
        ("batch", ['with op.batch_alter_table("invoices") as batch_op:', '    batch_op.alter_column("paid_at", new_column_name="settled_at")']),
    ]  # fmt: skip
    safe = {"comment on column": ['op.alter_column("invoices", "paid_at", existing_type=sa.DateTime(), comment="UTC")']}
    yield from _into_upgrade(material, draw, variants, safe)


@operator("backfill-unbatched/alembic", "m-08 d-12", H, files=ALEMBIC, needs=r"^def upgrade", standing=True)
def backfill_alembic(material: Material, draw: Draw) -> Iterator[Case]:
    """Every row is written in one transaction, in the schema migration."""
    variants: list[Variant] = [
        ("raw SQL", ["op.execute(\"UPDATE invoices SET region = 'eu'\")"]),
        ("in lines", ["op.execute(", '    """', "    UPDATE invoices", "    SET total = subtotal + tax", '    """', ")"]),
        ("core", ["invoices = sa.table('invoices', sa.column('region'))", "op.execute(invoices.update().values(region='eu'))"]),
        ("session loop", ["session = orm.Session(bind=op.get_bind())", "for invoice in session.query(Invoice).all():", "    invoice.region = 'eu'", "session.commit()"]),
        ("connection", ["conn = op.get_bind()", 'conn.execute(sa.text("UPDATE invoices SET region = country"))']),
    ]  # fmt: skip
    safe = {
        "own table": [
            'op.create_table("scratch_rows", sa.Column("id", sa.Integer))',
            'op.execute("UPDATE scratch_rows SET id = 1")',
        ]
    }
    yield from _into_upgrade(material, draw, variants, safe)


@operator("no-way-back/alembic", "m-07", H, files=ALEMBIC, needs=r"^def downgrade")
def no_downgrade(material: Material, draw: Draw) -> Iterator[Case]:
    """A migration that cannot be undone."""
    py = parsed(material)
    down = _function(py, "downgrade") if py else None
    if py is None or down is None or len(ast.unparse(down)) < 60:
        return
    first, last = span(down)
    body = down.body[0].lineno
    shape, after = draw.take(
        [
            ("pass", replace(py.text, body, last, ["    pass"])),
            ("deleted", replace(py.text, first, last)),
            ("raises", replace(py.text, body, last, ['    raise NotImplementedError("no way back")'])),
            ("docstring and pass", replace(py.text, body, last, ['    """Not supported."""', "    pass"])),
            ("ellipsis", replace(py.text, body, last, ["    ..."])),
        ]
    )
    yield added(shape, material.path, py.text, after, anywhere=True, safe={"as it was": py.text})


def _operations(py: Py) -> ast.List | None:
    for node in py.all(ast.Assign):
        if any(isinstance(t, ast.Name) and t.id == "operations" for t in node.targets) and isinstance(
            node.value, ast.List
        ):
            return node.value
    return None


def _into_operations(
    material: Material, draw: Draw, variants: Sequence[Variant], safe: Mapping[str, Sequence[str]]
) -> Iterator[Case]:
    py = parsed(material)
    found = _operations(py) if py else None
    if py is None or found is None or not found.elts or (found.end_lineno or 0) == found.lineno:
        return
    shape, rows = draw.take(variants)
    line = found.elts[0].lineno
    pad = " " * found.elts[0].col_offset

    def put(block: Sequence[str]) -> str:
        return insert(py.text, line, shifted(block, pad))

    counterparts = {kind: put(block) for kind, block in safe.items()}
    counterparts["comment"] = put([f"# {row}" for row in rows])
    yield added(shape, material.path, py.text, put(rows), safe=counterparts)


@operator("drop-in-upgrade/django", "m-01 m-02", C, files=DJANGO, needs=r"operations = \[", standing=True)
def drop_django(material: Material, draw: Draw) -> Iterator[Case]:
    """Data leaves with the migration."""
    variants: list[Variant] = [
        ("field", ["migrations.RemoveField(", '    model_name="invoice",', '    name="paid_at",', "),"]),
        ("model", ["migrations.DeleteModel(", '    name="Invoice",', "),"]),
        ("one line", ['migrations.RemoveField("invoice", "paid_at"),']),
        ("raw SQL", ['migrations.RunSQL("ALTER TABLE billing_invoice DROP COLUMN paid_at", migrations.RunSQL.noop),']),
    ]
    state = ["migrations.SeparateDatabaseAndState(", "    state_operations=[", "        migrations.RemoveField(", '            model_name="invoice",', '            name="paid_at",', "        ),", "    ],", "    database_operations=[],", "),"]  # fmt: skip
    yield from _into_operations(material, draw, variants, {"state only": state})


@operator("type-or-rename/django", "m-06", C, files=DJANGO, needs=r"operations = \[", standing=True)
def rename_django(material: Material, draw: Draw) -> Iterator[Case]:
    """Running code no longer finds what it reads."""
    variants: list[Variant] = [
        ("field", ["migrations.RenameField(", '    model_name="invoice",', '    old_name="paid_at",', '    new_name="settled_at",', "),"]),
        ("model", ['migrations.RenameModel(old_name="Invoice", new_name="Bill"),']),
        ("table", ["migrations.AlterModelTable(", '    name="invoice",', '    table="bills",', "),"]),
        ("raw SQL", ["migrations.RunSQL(", '    "ALTER TABLE billing_invoice RENAME COLUMN paid_at TO settled_at",', '    "ALTER TABLE billing_invoice RENAME COLUMN settled_at TO paid_at",', "),"]),
    ]  # fmt: skip
    safe = {"options only": ['migrations.AlterModelOptions(name="invoice", options={"ordering": ("pk",)}),']}
    yield from _into_operations(material, draw, variants, safe)


@operator("no-way-back/django", "m-07", H, files=DJANGO, needs=r"operations = \[", standing=True)
def irreversible_django(material: Material, draw: Draw) -> Iterator[Case]:
    """A data step without a reverse."""
    variants: list[Variant] = [
        ("python", ["migrations.RunPython(fill_regions),"]),
        ("keyword", ["migrations.RunPython(code=fill_regions),"]),
        ("in lines", ["migrations.RunPython(", "    fill_regions,", "    elidable=True,", "),"]),
        (
            "sql",
            ["migrations.RunSQL(\"UPDATE billing_invoice SET region = 'eu' WHERE region IS NULL AND id < 1000\"),"],
        ),
    ]
    safe = {
        "reverse": ["migrations.RunPython(fill_regions, clear_regions),"],
        "reverse by name": [
            "migrations.RunPython(",
            "    code=fill_regions,",
            "    reverse_code=migrations.RunPython.noop,",
            "),",
        ],
    }
    yield from _into_operations(material, draw, variants, safe)


@operator("index-locks-table/django", "m-03", H, files=DJANGO, needs=r"operations = \[", standing=True)
def index_django(material: Material, draw: Draw) -> Iterator[Case]:
    """An index that locks a table that is in use."""
    variants: list[Variant] = [
        ("AddIndex", ["migrations.AddIndex(", '    model_name="invoice",', '    index=models.Index(fields=["paid_at"], name="invoice_paid_idx"),', "),"]),
        ("raw SQL", ['migrations.RunSQL("CREATE INDEX invoice_paid_idx ON billing_invoice (paid_at)", "DROP INDEX invoice_paid_idx"),']),
    ]  # fmt: skip
    yield from _into_operations(material, draw, variants, {})


@operator("not-null-or-check/django", "m-05", H, files=DJANGO, needs=r"operations = \[", standing=True)
def not_null_django(material: Material, draw: Draw) -> Iterator[Case]:
    """A constraint that scans, or that old writers break."""
    variants: list[Variant] = [
        ("AddConstraint", ["migrations.AddConstraint(", '    model_name="invoice",', '    constraint=models.CheckConstraint(check=models.Q(amount__gt=0), name="ck"),', "),"]),
        ("raw SQL", ['migrations.RunSQL("ALTER TABLE billing_invoice ALTER COLUMN paid_at SET NOT NULL", migrations.RunSQL.noop),']),
        ("raw foreign key", ['migrations.RunSQL("ALTER TABLE billing_invoice ADD CONSTRAINT fk FOREIGN KEY (c) REFERENCES c (id)", migrations.RunSQL.noop),']),
    ]  # fmt: skip
    safe = {
        "not valid": [
            'migrations.RunSQL("ALTER TABLE billing_invoice ADD CONSTRAINT ck CHECK (a > 0) NOT VALID", migrations.RunSQL.noop),'
        ]
    }
    yield from _into_operations(material, draw, variants, safe)


@operator("concurrently-in-transaction/django", "m-04", H, files=DJANGO, needs=r"atomic = False", standing=True)
def concurrently_django(material: Material, draw: Draw) -> Iterator[Case]:
    """The migration that must not be atomic becomes so."""
    if not re.search(r"Concurrently|CONCURRENTLY", material.text):
        return
    after = re.sub(r"(?m)^[ ]+atomic = False\n", "", material.text)
    turned = material.text.replace("atomic = False", "atomic = True")
    shape, text = draw.take([("removed", after), ("turned over", turned)])
    yield added(shape, material.path, material.text, text, anywhere=True, safe={"as it was": material.text})


@operator("backfill-unbatched/django", "m-08 d-12", H, files=DJANGO, needs=r"operations = \[", standing=True)
def backfill_django(material: Material, draw: Draw) -> Iterator[Case]:
    """Every row is written in the schema migration."""
    match = re.search(r"(?m)^class Migration\(", material.text)
    if match is None:
        return
    line = material.text.count("\n", 0, match.start()) + 1
    head = ["def fill_regions(apps, schema_editor):", '    Invoice = apps.get_model("billing", "Invoice")']
    shape, rows = draw.take(
        [
            ("loop", ["    for invoice in Invoice.objects.all():", '        invoice.region = "eu"', "        invoice.save()"]),
            ("update", ['    Invoice.objects.all().update(region="eu")']),
            ("manager update", ['    Invoice.objects.update(region="eu")']),
            ("loop over iterator of all", ["    for invoice in Invoice.objects.all().order_by('pk'):", "        invoice.total = invoice.net + invoice.tax", '        invoice.save(update_fields=["total"])']),
        ]
    )  # fmt: skip
    batch = ["    while True:", '        ids = list(Invoice.objects.filter(region=None).values_list("pk", flat=True)[:1000])', "        if not ids:", "            break", '        Invoice.objects.filter(pk__in=ids).update(region="eu")']  # fmt: skip
    safe = {"in batches": insert(material.text, line, [*head, *batch, "", ""])}
    yield added(shape, material.path, material.text, insert(material.text, line, [*head, *rows, "", ""]), safe=safe)


def _sql(
    material: Material,
    draw: Draw,
    variants: Sequence[Variant],
    safe: Mapping[str, Sequence[str]],
    *,
    down_is_safe: bool = True,
) -> Iterator[Case]:
    if re.search(r"sqlite|mysql|mariadb", material.path):
        return
    text = material.text if material.text.endswith("\n") else material.text + "\n"
    down = re.search(r"(?m)^-- *\+goose Down.*$", text)
    at = text.count("\n", 0, down.start()) + 1 if down else text.count("\n") + 1
    shape, rows = draw.take(variants)
    counterparts = {kind: insert(text, at, block) for kind, block in safe.items()}
    counterparts["comment"] = insert(text, at, [f"-- {row}" for row in rows])
    if down and down_is_safe:
        counterparts["in down"] = insert(text, text.count("\n") + 1, rows)
    yield added(shape, material.path, text, insert(text, at, rows), safe=counterparts)


@operator("drop-in-upgrade/sql", "m-01 m-02", C, files=SQL, standing=True)
def drop_sql(material: Material, draw: Draw) -> Iterator[Case]:
    """Data leaves with the migration."""
    variants: list[Variant] = [
        ("column", ["ALTER TABLE invoices DROP COLUMN paid_at;"]),
        ("quoted, in lines", ['ALTER TABLE "Invoice"', 'DROP COLUMN "paidAt",', 'DROP COLUMN "state";']),
        ("table", ["DROP TABLE IF EXISTS invoices;"]),
        ("lower case", ["alter table only public.invoices", "    drop column if exists paid_at cascade;"]),
        ("second clause", ['ALTER TABLE "Invoice" ADD COLUMN "settledAt" TIMESTAMP(3),', '    DROP "paidAt";']),
    ]
    yield from _sql(
        material, draw, variants, {"own table": ["CREATE TABLE scratch_rows (id int);", "DROP TABLE scratch_rows;"]}
    )


@operator("index-locks-table/sql", "m-03", H, files=SQL, standing=True)
def index_sql(material: Material, draw: Draw) -> Iterator[Case]:
    """An index that locks a table that is in use."""
    variants: list[Variant] = [
        ("one line", ["CREATE INDEX ix_invoices_paid ON invoices (paid_at);"]),
        ("unique, quoted", ['CREATE UNIQUE INDEX "Invoice_number_key" ON "Invoice"("number");']),
        (
            "in lines",
            ["create index if not exists ix_open", "    on invoices using btree (state)", "    where state = 'open';"],
        ),
    ]
    safe = {"own table": ["CREATE TABLE payouts (id int);", "CREATE INDEX ix_payouts ON payouts (id);"]}
    yield from _sql(material, draw, variants, safe)


@operator("not-null-or-check/sql", "m-05", H, files=SQL, standing=True)
def not_null_sql(material: Material, draw: Draw) -> Iterator[Case]:
    """A constraint that scans, or that old writers break."""
    variants: list[Variant] = [
        ("set not null", ["ALTER TABLE invoices ALTER COLUMN paid_at SET NOT NULL;"]),
        ("foreign key", ['ALTER TABLE "Invoice" ADD CONSTRAINT "Invoice_c_fkey" FOREIGN KEY ("cId") REFERENCES "Customer"("id") ON DELETE CASCADE;']),
        ("add not null", ['ALTER TABLE "Invoice" ADD COLUMN "region" TEXT NOT NULL;']),
        ("check in lines", ["alter table invoices", "    add constraint ck_amount", "    check (amount > 0);"]),
    ]  # fmt: skip
    safe = {
        "default": ['ALTER TABLE "Invoice" ADD COLUMN "region" TEXT NOT NULL DEFAULT \'eu\';'],
        "not valid": ["ALTER TABLE invoices ADD CONSTRAINT ck CHECK (amount > 0) NOT VALID;"],
    }
    yield from _sql(material, draw, variants, safe)


@operator("type-or-rename/sql", "m-06", C, files=SQL, standing=True)
def rename_sql(material: Material, draw: Draw) -> Iterator[Case]:
    """Running code no longer finds what it reads."""
    variants: list[Variant] = [
        ("column", ["ALTER TABLE invoices RENAME COLUMN paid_at TO settled_at;"]),
        ("table", ['ALTER TABLE "Invoice" RENAME TO "Bill";']),
        ("type", ["ALTER TABLE invoices ALTER COLUMN amount TYPE numeric(10, 2);"]),
        ("set data type", ['ALTER TABLE "Invoice"', '    ALTER COLUMN "amount" SET DATA TYPE DECIMAL(65,30);']),
        ("enum value", ["ALTER TYPE \"State\" RENAME VALUE 'OPEN' TO 'PENDING';"]),
    ]
    yield from _sql(material, draw, variants, {"comment on": ["COMMENT ON COLUMN invoices.paid_at IS 'UTC';"]})


@operator("concurrently-in-transaction/sql", "m-04", H, files=SQL, standing=True)
def concurrently_sql(material: Material, draw: Draw) -> Iterator[Case]:
    """CONCURRENTLY between BEGIN and COMMIT."""
    if re.search(r"NO TRANSACTION", material.text, re.IGNORECASE):
        return
    variants: list[Variant] = [
        ("upper", ["BEGIN;", "CREATE INDEX CONCURRENTLY ix_paid ON invoices (paid_at);", "COMMIT;"]),
        (
            "lower",
            [
                "begin;",
                "set local lock_timeout = '2s';",
                "create unique index concurrently ix_n on invoices (number);",
                "commit;",
            ],
        ),
        ("start transaction", ["START TRANSACTION;", "DROP INDEX CONCURRENTLY ix_paid;", "COMMIT;"]),
    ]
    outside = ["BEGIN;", "SELECT 1;", "COMMIT;", "CREATE INDEX CONCURRENTLY ix ON invoices (paid_at);"]
    # goose runs a whole file in one transaction, so outside of BEGIN is outside only elsewhere.
    yield from _sql(
        material, draw, variants, {} if "+goose" in material.text else {"outside": outside}, down_is_safe=False
    )


@operator(
    "column-still-used/django",
    "m-02 m-10",
    C,
    files=r"/models\.py$",
    needs=r"models\.Model\)",
    core=True,
    reverse=False,
)
def column_still_used(material: Material, draw: Draw) -> Iterator[Case]:
    """A migration drops what the model that ships with it still names."""
    py = parsed(material)
    if py is None:
        return
    fields = []
    for node in py.all(ast.ClassDef):
        for row in node.body:
            if (
                isinstance(row, ast.Assign)
                and isinstance(row.value, ast.Call)
                and name_of(row.value).startswith("models.")
                and isinstance(row.targets[0], ast.Name)
            ):
                fields.append((node, row, row.targets[0].id))
    fields = [item for item in fields if len(item[2]) > 6 and len(item[0].body) > 3]
    for node, row, field in draw.rng.sample(fields, min(1, len(fields))):
        folder = material.path.rpartition("/")[0]
        migration = "\n".join(
            ["from django.db import migrations", "", "", "class Migration(migrations.Migration):", "    operations = [", "        migrations.RemoveField(", f'            model_name="{node.name.lower()}",', f'            name="{field}",', "        ),", "    ]", ""]
        )  # fmt: skip
        path = f"{folder}/migrations/0999_remove_{field}.py"
        touched = insert(material.text, node.body[-1].end_lineno or 0, []) + "\n# see the migration\n"
        del row
        yield Case(
            shape="model kept",
            change=(Sides(material.path, material.text, touched), Sides(path, None, migration)),
            mutated=(Sides(path, None, migration),),
        )
