"""The named things of a file, kind by kind: whose line is whose, and what survives as one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reviewconsole.detection.constructs import constructs, enclosing

CASES = [
    # kind, text, {line: innermost construct}
    (
        "python",
        "@app.get('/x')\n@retry(\n    stop=3,\n)\ndef a(\n    b,\n):\n    return b\n\n\nclass C:\n    @property\n    def d(self):\n        return 1\n",
        {1: "a", 3: "a", 5: "a", 8: "a", 12: "C.d", 14: "C.d", 11: "C"},
    ),
    (
        "python",
        'def a():\n    sql = """\nselect {\n"""\n    b()\n\n\ndef c():\n    """Doc."""\n    d()\n',
        {3: "a", 5: "a", 10: "c"},
    ),
    ("python", "def a():\n    b()\n@dec\nx = 1\n", {2: "a", 4: ""}),
    ("go", "func F(\n\ta interface{},\n\tb func() error,\n) error {\n\tx()\n}\n\nvar y = 1\n", {3: "F", 5: "F", 8: ""}),
    (
        "go",
        "type S struct {\n\tA int\n}\n\nfunc (s S) M() {\n\tfor {\n\t}\n\tr := '{'\n}\nfunc N() {}\n",
        {2: "S", 7: "S.M", 9: "S.M", 10: "N"},
    ),
    ("go", "/*\nfunc no() {\n*/\nfunc yes() {\n\ta()\n}\n", {2: "", 5: "yes"}),
    (
        "typescript",
        "class A {\n  #x = 1;\n  @Get()\n  async load(\n    id: string,\n  ): Promise<X> {\n    call(\n      1,\n    );\n    if (a) {\n    }\n  }\n  get y() {\n    return 1;\n  }\n}\n",
        {2: "A", 3: "A.load", 8: "A.load", 10: "A.load", 14: "A.y"},
    ),
    (
        "typescript",
        "export const App = memo((props) => {\n  return <a>{props.x}</a>;\n});\nexport default function Page() {\n  return 1;\n}\n",
        {2: "App", 5: "Page"},
    ),
    (
        "typescript",
        "describe('a', function () {\n  it('b', async () => {\n    x();\n  });\n});\ny();\n",
        {3: "a.b", 6: ""},
    ),
    (
        "typescript",
        "const a = (x) => x + 1;\nconst b = 2;\nfunction c() {\n  return `}${x}`;\n}\n",
        {1: "a", 2: "", 4: "c"},
    ),
    (
        "java",
        "class A {\n    private int x;\n    @Retryable(max = 3)\n    @Override\n    public void go(String s)\n        throws E {\n        x();\n    }\n    A(int y) {\n        z();\n    }\n}\n",
        {2: "A", 3: "A.go", 7: "A.go", 10: "A.A"},
    ),
    ("ruby", "class A\n  def go\n    x\n  end\n\n  def self.stop!\n    y\n  end\nend\n", {3: "A.go", 7: "A.stop!"}),
    (
        "rust",
        "#[tokio::test]\nasync fn a<'x>(s: &'x str) -> R<'x> {\n    b('{');\n}\n\nimpl Foo for Bar {\n    fn c(&self) {\n        d();\n    }\n}\nconst X: u8 = 1;\n",
        {1: "a", 3: "a", 8: "Bar.c", 11: ""},
    ),
    (
        "shell",
        "up() {\n  echo ${x//a/b} ${#y[@]}\n  cat <<EOF\n}\nEOF\n  z\n}\nfunction down {\n  w\n}\nq\n",
        {2: "up", 6: "up", 9: "down", 11: ""},
    ),
    (
        "terraform",
        'resource "aws_x" "y" {\n  policy = <<EOT\n{ "a": {\nEOT\n  b = 1 # }\n}\n\nlocals {\n  c = "${d}"\n}\n',
        {3: "resource.aws_x.y", 5: "resource.aws_x.y", 9: "locals"},
    ),
    (
        "yaml",
        "kind: Deployment\nmetadata:\n  name: web\nspec:\n  template:\n    spec:\n      containers:\n        - name: app\n          image: x\n          livenessProbe:\n            httpGet:\n              port: 1\n        - image: y\n          name: side\n---\nkind: Service\nmetadata:\n  name: web\n",
        {
            9: "Deployment/web:spec.template.spec.containers[app]",
            12: "Deployment/web:spec.template.spec.containers[app].livenessProbe.httpGet",
            13: "Deployment/web:spec.template.spec.containers[side]",
            17: "Service/web:metadata",
        },
    ),
    (
        "yaml",
        "services:\n  web:\n    image: x\n    {{- if .y }}\n    ports:\n      - 80\n    {{- end }}\n  db:\n    image: z\n",
        {6: "services.web.ports", 9: "services.db"},
    ),
    (
        "workflow",
        "jobs:\n  build:\n    steps:\n    - uses: actions/checkout@v4\n      with:\n        x: 1\n    - run: |\n        make test\n        foo:\n      env:\n        A: 1\n",
        {5: "jobs.build.steps[actions/checkout].with", 9: "jobs.build.steps.run", 11: "jobs.build.steps.env"},
    ),
    ("markdown", "Title\n=====\n\n# A\n```sh\n# not\n```\n## B ##\nx\n", {6: "A", 9: "B"}),
    ("markdown", "== Asciidoc\ntext\n", {2: "Asciidoc"}),
    (
        "sql",
        "-- note\nALTER TABLE orders\n  ADD COLUMN x int;\n\nCREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS ix_a ON b (c);\nCREATE FUNCTION f() RETURNS void AS $$\nBEGIN\n  DELETE FROM t;\nEND\n$$ LANGUAGE plpgsql;\nDELETE FROM z;\n",
        {1: "", 3: "ALTER TABLE orders", 5: "CREATE INDEX ix_a", 8: "CREATE FUNCTION f", 11: "DELETE z"},
    ),
    ("makefile", "a: b\n\tx\nv := 1\nc:\n\ty\n", {2: "a", 5: "c"}),
    ("dockerfile", "FROM x AS build\nRUN a\nFROM y\nRUN b\n", {2: "build"}),
]


@pytest.mark.parametrize(("kind", "text", "expected"), CASES)
def test_a_line_belongs_to_its_construct(kind, text, expected):
    found = constructs(kind, text.splitlines())
    got = {line: item.name if (item := enclosing(found, line)) else "" for line in expected}
    assert got == expected, [(item.name, item.first, item.last) for item in found]


@pytest.mark.parametrize(
    ("kind", "text", "line", "unit"),
    [
        ("yaml", "kind: Pod\nmetadata:\n  name: a\nspec:\n  x:\n    y: 1\n", 6, "Pod/a"),
        ("workflow", "jobs:\n  build:\n    env:\n      A: 1\n", 4, "jobs.build"),
        ("yaml", "backup:\n  keep:\n    days: 7\n", 3, "backup"),
    ],
)
def test_a_key_is_part_of_what_lives_and_dies_as_one(kind, text, line, unit):
    found = enclosing(constructs(kind, text.splitlines()), line, units=True)
    assert found is not None and found.name == unit


_KINDS = sorted({case[0] for case in CASES} | {"kotlin"})
_PIECES = st.sampled_from(
    [
        "{",
        "}",
        "(",
        ")",
        '"',
        "'",
        "`",
        '"""',
        "\n",
        "  ",
        "def a():",
        "function f(",
        "=>",
        "class A",
        "- name: x",
        "k:",
    ]
    + [
        "/*",
        "*/",
        "#",
        "//",
        "$$",
        ";",
        "ALTER TABLE t",
        "<<EOF",
        "EOF",
        "```",
        "# H",
        "@dec",
        "{{ x }}",
        "---",
        "kind: A",
    ]
)


@given(kind=st.sampled_from(_KINDS), text=st.lists(_PIECES | st.text(max_size=3), max_size=60).map("".join))
def test_whatever_stands_in_a_file_its_constructs_lie_in_it_and_nest_by_line(kind, text):
    lines = text.split("\n")
    for item in constructs(kind, lines):
        assert 1 <= item.first <= item.header <= item.last <= len(lines)
