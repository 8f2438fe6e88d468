"""Catalogue 5.5: Kubernetes, containers, CI, rollout."""

import re
from collections.abc import Iterator

from benchmarks.changes import Sides
from benchmarks.seeding.edits import Block, documents, indent_of, insert, replace, rows_of, steps, yaml_end, yaml_keys
from benchmarks.seeding.model import C, Case, Draw, H, Host, L, M, Material, Twin, added, edited, operator
from benchmarks.seeding.operators.common import SH, WORKFLOW, YAML, Variant, into_steps

_CHECK = re.compile(
    r"(?i)\b(test|tests|lint|check|vet|scan|audit|mypy|ruff|eslint|pytest|typecheck|trivy|semgrep|codeql|tflint|checkov|verify)\b"
)
_PROBES = "livenessProbe|readinessProbe|startupProbe"


def _checks(step: Block) -> bool:
    """Whether a step's name or commands check something; words in comments do not count."""
    commands = "\n".join(row for row in step.text.split("\n") if not row.lstrip().startswith("#"))
    return bool(_CHECK.search(commands)) and not re.search(r"(?i)build|deploy|publish|push", step.name)


def _block(material: Material, draw: Draw, key: str, least: int = 1) -> Iterator[Block]:
    blocks = [b for b in yaml_keys(material.text, key) if b.last - b.first >= least]
    yield from draw.rng.sample(blocks, min(1, len(blocks)))


def _document_host(text: str, line: int) -> Host | None:
    found = [d for d in documents(text) if d.first <= line <= d.last]
    whole = len(documents(text)) == 1
    return Host(first=found[0].first, last=found[0].last) if found and not whole else None


@operator("probe-removed/kubernetes", "k-01", H, files=YAML, needs=rf"^\s+({_PROBES}):\s*$")
def probe_removed(material: Material, draw: Draw) -> Iterator[Case]:
    """Nobody asks any more whether the container works."""
    for block in _block(material, draw, _PROBES, 2):
        text, path = material.text, material.path
        after = replace(text, block.first, block.last)
        pad = indent_of(block.text)
        helm = "templated" if "{{" in text else "plain"
        slow = replace(
            text,
            block.first,
            block.last,
            [f"{pad}{block.name}:", f"{pad}  tcpSocket:", f"{pad}    port: 8080", f"{pad}  periodSeconds: 10"],
        )
        gone = Twin("object removed", (Sides(path, text, None),))
        folder, _, name = path.rpartition("/")
        moved = Twin("file moved", (Sides(path, text, None), Sides(f"{folder}/base/{name}".lstrip("/"), None, text)))
        yield edited(
            f"{block.name}, {helm}",
            path,
            text,
            after,
            host=_document_host(text, block.first),
            safe={"other probe": slow},
            twins=(gone, moved),
        )


def _without(text: str, keys: str) -> str:
    while True:
        blocks = yaml_keys(text, keys)
        if not blocks:
            return text
        text = replace(text, blocks[0].first, blocks[0].last)


_WORKLOAD = r"^kind: (Deployment|StatefulSet)\s*$"


@operator("workload-without-probe/kubernetes", "k-02", M, files=YAML, needs=_WORKLOAD, reverse=False)
def no_probe(material: Material, draw: Draw) -> Iterator[Case]:
    """A new workload that nobody asks whether it works."""
    if "readinessProbe" not in material.text or "{{" in material.text or len(documents(material.text)) > 4:
        return
    del draw
    yield added(
        "new file",
        material.path,
        material.text,
        _without(material.text, _PROBES),
        anywhere=True,
        safe={"as it was": material.text},
    )


@operator("no-limits/kubernetes", "k-03", M, files=YAML, needs=r"^\s+limits:\s*$", core=False)
def no_limits(material: Material, draw: Draw) -> Iterator[Case]:
    """A container may take all the memory."""
    for block in _block(material, draw, "limits", 1):
        if "memory" not in block.text:
            continue
        more = replace(
            material.text, block.first, block.last, re.sub(r"(memory: *\D?)\d+", r"\g<1>900", block.text).split("\n")
        )
        yield edited(
            "limits removed",
            material.path,
            material.text,
            replace(material.text, block.first, block.last),
            host=_document_host(material.text, block.first),
            safe={"other value": more},
        )


@operator("no-pdb/kubernetes", "k-04", H, files=YAML, needs=_WORKLOAD, reverse=False)
def no_pdb(material: Material, draw: Draw) -> Iterator[Case]:
    """Several copies, and a drain may take them all."""
    text = material.text
    docs = [d for d in documents(text) if d.kind in ("Deployment", "StatefulSet")]
    if "{{" in text or not docs or "PodDisruptionBudget" in text or not re.search(r"(?m)^  replicas:", text):
        if docs and "{{" not in text and "PodDisruptionBudget" not in text and re.search(r"(?m)^spec:$", docs[0].text):
            at = docs[0].first + docs[0].text.split("\n").index("spec:")
            text = insert(text, at + 1, [f"  replicas: {draw.take(['3', '2', '5'])}"])
        else:
            return
    else:
        text = re.sub(r"(?m)^  replicas:.*$", "  replicas: 3", text)
    label = re.search(r"matchLabels:\n((?:\s+)[\w./-]+: *\S+)\n", text)
    if label is None:
        return
    pdb = f"\n---\napiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata:\n  name: {docs[0].name or 'x'}\nspec:\n  maxUnavailable: 1\n  selector:\n    matchLabels:\n      {label[1].strip()}\n"
    safe = {"with a budget": text.rstrip("\n") + pdb}
    yield added(
        "new file", material.path, re.sub(r"(?m)^  replicas:.*$", "  replicas: 1", text), text, anywhere=True, safe=safe
    )


@operator("no-pdb/blocking", "k-04", H, files=YAML, needs=r"^\s*(minAvailable|maxUnavailable):", standing=True)
def pdb_blocks(material: Material, draw: Draw) -> Iterator[Case]:
    """A budget that lets no node drain."""
    for block in yaml_keys(material.text, "minAvailable|maxUnavailable"):
        inside = re.search(r"(?m)^kind: PodDisruptionBudget\s*$", material.text)
        if inside is None or block.first != block.last:
            continue
        pad = indent_of(block.text)
        row = draw.take([f"{pad}maxUnavailable: 0", f"{pad}minAvailable: 100%", f'{pad}maxUnavailable: "0%"'])
        good = replace(material.text, block.first, block.first, [f"{pad}maxUnavailable: 1"])
        yield edited(
            row.strip(),
            material.path,
            material.text,
            replace(material.text, block.first, block.first, [row]),
            safe={"one": good},
        )
        return


@operator("recreate-strategy/kubernetes", "k-05", H, files=YAML, needs=_WORKLOAD, standing=True)
def recreate(material: Material, draw: Draw) -> Iterator[Case]:
    """All copies stop before the new ones start."""
    text = material.text
    docs = [d for d in documents(text) if d.kind == "Deployment" and re.search(r"(?m)^spec:$", d.text)]
    if not docs or re.search(r"(?m)^  strategy:|PersistentVolumeClaim|persistentVolumeClaim", text):
        return
    at = docs[0].first + docs[0].text.split("\n").index("spec:") + 1
    shape, rows = draw.take(
        [
            ("Recreate", ["  strategy:", "    type: Recreate"]),
            (
                "all unavailable",
                ["  strategy:", "    type: RollingUpdate", "    rollingUpdate:", "      maxUnavailable: 100%"],
            ),
            ("flow style", ["  strategy: {type: Recreate}"]),
        ]
    )
    good = ["  strategy:", "    type: RollingUpdate", "    rollingUpdate:", "      maxUnavailable: 1"]
    yield edited(
        shape,
        material.path,
        text,
        insert(text, at, rows),
        safe={"rolling": insert(text, at, good), "comment": insert(text, at, [f"# {r}" for r in rows])},
    )


@operator(
    "object-removed/kubernetes",
    "k-07 d-04",
    C,
    files=YAML,
    needs=r"^kind: (Namespace|CustomResourceDefinition|PersistentVolumeClaim|StatefulSet)\s*$",
)
def object_removed(material: Material, draw: Draw) -> Iterator[Case]:
    """What holds data or everything else leaves the tree that is synchronised."""
    docs = documents(material.text)
    wanted = [
        d for d in docs if d.kind in ("Namespace", "CustomResourceDefinition", "PersistentVolumeClaim", "StatefulSet")
    ]
    if not wanted or "{{" in material.text:
        return
    block = draw.rng.choice(wanted)
    text, path = material.text, material.path
    folder, _, name = path.rpartition("/")
    other = f"{folder}/moved/{name}".lstrip("/")
    if len(docs) == 1:
        moved = Twin("file moved", (Sides(path, text, None), Sides(other, None, text)))
        yield Case(shape=f"{block.kind}, whole file", change=(Sides(path, text, None),), twins=(moved,))
    else:
        after = replace(text, max(1, block.first - 1), block.last)
        moved = Twin("moved", (Sides(path, text, after), Sides(other, None, block.text + "\n")))
        yield edited(f"{block.kind}, one document", path, text, after, twins=(moved,))


@operator(
    "image-mutable/kubernetes",
    "k-08",
    M,
    files=YAML,
    needs=r"^\s+(- )?image: *['\"]?[\w./-]+(:[\w.-]+|@sha256:\w+)['\"]?\s*$",
    standing=True,
)
def image_mutable(material: Material, draw: Draw) -> Iterator[Case]:
    """What runs may change without a change."""
    if re.search(WORKFLOW, material.path):
        return
    sites = list(
        re.finditer(
            r"(?m)^(\s+(?:- )?image: *['\"]?)([\w./-]+)((?::[\w.-]+)?(?:@sha256:\w+)?)(['\"]?)\s*$", material.text
        )
    )
    sites = [m for m in sites if m[3] and m[3] != ":latest"]
    for match in draw.rng.sample(sites, min(1, len(sites))):
        shape, tag = draw.take([("latest", ":latest"), ("no tag", "")])
        bumped = (
            material.text[: match.start()] + f"{match[1]}{match[2]}:1.99.3{match[4]}" + material.text[match.end() :]
        )
        yield edited(
            shape,
            material.path,
            material.text,
            material.text[: match.start()] + match[1] + match[2] + tag + match[4] + material.text[match.end() :],
            safe={"other version": bumped},
        )


@operator(
    "image-mutable/dockerfile",
    "k-08",
    M,
    files=r"(^|/)(Dockerfile[^/]*|[^/]*\.[dD]ockerfile)$",
    needs=r"^FROM \S+:\S+",
    standing=True,
)
def image_dockerfile(material: Material, draw: Draw) -> Iterator[Case]:
    """What is built upon may change without a change."""
    sites = list(
        re.finditer(r"(?m)^(FROM (?:--platform=\S+ )?)([\w./-]+)(:[\w.-]+)((?:@sha256:\w+)?)( .*)?$", material.text)
    )
    for match in draw.rng.sample(sites, min(1, len(sites))):
        shape, tag = draw.take([("latest", ":latest"), ("no tag", "")])
        text = material.text
        other = text[: match.start()] + f"{match[1]}{match[2]}:99.1{match[5] or ''}" + text[match.end() :]
        yield edited(
            shape,
            material.path,
            text,
            text[: match.start()] + f"{match[1]}{match[2]}{tag}{match[5] or ''}" + text[match.end() :],
            safe={"other version": other},
        )


@operator("privileged/kubernetes", "k-09", H, files=YAML, needs=_WORKLOAD, standing=True)
def privileged(material: Material, draw: Draw) -> Iterator[Case]:
    """A container owns its node."""
    text = material.text
    containers = yaml_keys(text, "containers")
    if not containers:
        return
    block = containers[0]
    first = next(
        (i for i in range(block.first + 1, block.last + 1) if rows_of(text, i, i)[0].lstrip().startswith("- ")), 0
    )
    if not first:
        return
    pad = indent_of(rows_of(text, first, first)[0]) + "  "
    pod = indent_of(rows_of(text, block.first, block.first)[0])
    if "securityContext" in rows_of(text, first, yaml_end(text.split("\n"), first)) or re.search(
        r"securityContext", "\n".join(rows_of(text, first, yaml_end(text.split("\n"), first)))
    ):
        options = [
            ("host network", block.first, [f"{pod}hostNetwork: true"]),
            ("host pid", block.first, [f"{pod}hostPID: true"]),
        ]
    else:
        options = [
            ("privileged", first + 1, [f"{pad}securityContext:", f"{pad}  privileged: true"]),
            ("flow style", first + 1, [f"{pad}securityContext: {{privileged: true}}"]),
            ("host network", block.first, [f"{pod}hostNetwork: true"]),
        ]
    shape, line, rows = draw.take(options)
    good = insert(text, block.first, [f"{pod}hostNetwork: false"])
    yield edited(shape, material.path, text, insert(text, line, rows), safe={"false": good})


@operator("rollout-guard-removed/workflow", "k-10 c-01", H, files=WORKFLOW, needs=r"^    (environment|needs):")
def rollout_workflow(material: Material, draw: Draw) -> Iterator[Case]:
    """A deployment no longer waits for approval or for the tests."""
    blocks = [b for b in yaml_keys(material.text, "environment|needs") if len(indent_of(b.text)) == 4]
    rows = material.text.split("\n")
    sites = []
    for block in blocks:
        job = next((r for r in reversed(rows[: block.first - 1]) if re.match(r"  [\w-]+:\s*$", r)), "")
        guard = block.name == "environment" or re.search(r"test|lint|check|build|scan|approv|verif", block.text)
        if guard and re.search(r"deploy|release|publish|apply|prod", job, re.IGNORECASE):
            sites.append(block)
    for block in draw.rng.sample(sites, min(1, len(sites))):
        after = replace(material.text, block.first, block.last)
        flow = {}
        if block.name == "needs" and block.first == block.last and "[" not in block.text:
            flow["flow list"] = replace(
                material.text, block.first, block.last, [re.sub(r": *(\S+)\s*$", r": [\1]", block.text)]
            )
        yield edited(block.name, material.path, material.text, after, safe=flow)


@operator("rollout-guard-removed/kubernetes", "k-10 k-05", H, files=YAML, needs=r"^kind: (Rollout|Deployment)\s*$")
def rollout_kubernetes(material: Material, draw: Draw) -> Iterator[Case]:
    """Everybody gets the new version at once."""
    text = material.text
    docs = [d for d in documents(text) if d.kind == "Deployment" and re.search(r"(?m)^spec:$", d.text)]
    if not docs or re.search(r"(?m)^  strategy:", text):
        return
    at = docs[0].first + docs[0].text.split("\n").index("spec:") + 1
    text = text.replace("kind: Deployment", "kind: Rollout", 1).replace(
        "apiVersion: apps/v1", "apiVersion: argoproj.io/v1alpha1", 1
    )
    head = ["  strategy:", "    canary:", "      steps:"]
    weights = [
        "        - setWeight: 10",
        "        - pause: {duration: 10m}",
        "        - setWeight: 50",
        "        - pause: {}",
    ]
    on = insert(text, at, [*head, *weights])
    shape, after = draw.take(
        [
            ("steps removed", insert(text, at, ["  strategy:", "    canary: {}"])),
            ("all at once", insert(text, at, [*head, "        - setWeight: 100"])),
            ("pauses removed", insert(text, at, [*head, weights[0], weights[2]])),
            ("strategy removed", text),
        ]
    )
    more = insert(text, at, [*head, *weights, "        - setWeight: 80", "        - pause: {duration: 5m}"])
    yield edited(shape, material.path, on, after, planted=True, safe={"one step more": more})


@operator("check-removed/workflow-step", "c-01", H, files=WORKFLOW, needs=r"^\s+(- )?(run|uses|name):")
def check_removed(material: Material, draw: Draw) -> Iterator[Case]:
    """A test, lint or scan no longer runs."""
    found = [
        s
        for s in steps(material.text)
        if _checks(s) and "run:" in s.text and not re.search(r"upload|artifact|checkout|setup|cache", s.text)
    ]
    siblings = {s.kind for s in steps(material.text)}
    del siblings
    for step in draw.rng.sample(found, min(1, len(found))):
        text, path = material.text, material.path
        after = replace(text, step.first, step.last)
        safe = {}
        if re.search(r"name: ", step.text):
            safe["renamed step"] = replace(
                text, step.first, step.last, re.sub(r"name: .*", "name: Quality gate", step.text, count=1).split("\n")
            )
        gone = Twin("workflow removed", (Sides(path, text, None),))
        moved = Twin("workflow renamed", (Sides(path, text, None), Sides(path.replace(".y", "-ci.y"), None, text)))
        shape = "several lines" if step.last - step.first > 2 else "short"
        yield edited(shape, path, text, after, safe=safe, twins=(gone, moved))


@operator("check-removed/workflow-job", "c-01", H, files=WORKFLOW, needs=r"^  [\w-]*(test|lint|check|scan)[\w-]*:\s*$")
def job_removed(material: Material, draw: Draw) -> Iterator[Case]:
    """A whole job of checks goes."""
    jobs = next(iter(yaml_keys(material.text, "jobs")), None)
    names = [
        b
        for b in yaml_keys(material.text, r"[\w-]*(?:test|lint|check|scan)[\w-]*")
        if jobs and len(indent_of(b.text)) == 2 and jobs.first < b.first <= jobs.last
    ]
    others = [
        b
        for b in yaml_keys(material.text, r"[\w-]+")
        if jobs and len(indent_of(b.text)) == 2 and jobs.first < b.first <= jobs.last
    ]
    if len(others) < 2:
        return
    for job in draw.rng.sample(names, min(1, len(names))):
        renamed = material.text.replace(f"{job.name}:", f"{job.name}-suite:")
        safe = {"renamed job": renamed} if material.text.count(job.name) == 1 else {}
        yield edited("job", material.path, material.text, replace(material.text, job.first, job.last), safe=safe)


@operator("check-made-soft/workflow", "c-02", H, files=WORKFLOW, needs=r"^\s+(- )?run:")
def check_soft(material: Material, draw: Draw) -> Iterator[Case]:
    """A check can no longer fail."""
    found = [
        s
        for s in steps(material.text)
        if _checks(s) and "run:" in s.text and "||" not in s.text and "continue-on-error" not in s.text
    ]
    for step in draw.rng.sample(found, min(1, len(found))):
        pad = indent_of(step.text) + "  "
        text = material.text
        options = [
            ("continue-on-error", insert(text, step.first + 1, [f"{pad}continue-on-error: true"])),
            ("if: false", insert(text, step.first + 1, [f"{pad}if: false"])),
        ]
        if "if:" in step.text:
            options = options[:1]
        last = rows_of(text, step.last, step.last)[0]
        block = re.search(r"run: *[|>]", step.text) is not None
        if block and not last.rstrip().endswith("\\"):
            options.append(("|| true, block", replace(text, step.last, step.last, [last + " || true"])))
        one = re.search(r"(?m)^(\s+(?:- )?run: )([^|>\n'\"]+)$", step.text)
        if one:
            options.append(("|| true, one line", text.replace(one[0], one[0] + " || true", 1)))
            options.append(
                (
                    "expression",
                    insert(
                        text, step.first + 1, [f"{pad}continue-on-error: ${{{{ github.ref != 'refs/heads/main' }}}}"]
                    ),
                )
            )
        shape, after = draw.take(options)
        yield edited(
            shape,
            material.path,
            text,
            after,
            safe={"explicit": insert(text, step.first + 1, [f"{pad}continue-on-error: false"])},
        )


@operator("check-made-soft/shell", "c-02 e-08", H, files=rf"{SH}|(^|/)Makefile$", standing=True)
def soft_shell(material: Material, draw: Draw) -> Iterator[Case]:
    """A check can no longer fail, or is not run."""
    make = material.path.endswith("Makefile")
    shape, rows = draw.take(
        [
            ("|| true", ["pytest -q || true"]),
            ("no-verify", ['git commit -m "release" --no-verify']),
            ("exit zero", ["ruff check . --exit-zero"]),
            ("|| :", ["go vet ./... || :"]),
        ]
    )
    text = material.text.rstrip("\n") + "\n"
    lead = ["", "verify-all:"] if make else [""]
    block = [*lead, *(("\t" + r) if make else r for r in rows)]
    good = [*lead, ("\t" if make else "") + "pytest -q"]
    at = text.count("\n") + 1
    yield edited(
        shape,
        material.path,
        insert(text, at, lead if make else []),
        insert(text, at, block),
        safe={"hard": insert(text, at, good)},
    )


@operator("workflow-privilege/added", "c-03", H, files=WORKFLOW, needs=r"^on:|^'on':|^\"on\":", standing=True)
def workflow_privilege(material: Material, draw: Draw) -> Iterator[Case]:
    """A stranger's text or code meets a strong token."""
    text = material.text
    options: list[tuple[str, str]] = []
    trigger = re.search(r"(?m)^  pull_request:", text)
    if trigger:
        options.append(("pull_request_target", text.replace("  pull_request:", "  pull_request_target:", 1)))
    top = re.search(r"(?m)^jobs:", text)
    if top and not re.search(r"(?m)^permissions:", text):
        at = text.count("\n", 0, top.start()) + 1
        options.append(("write-all", insert(text, at, ["permissions: write-all", ""])))
    body = steps(text)
    if body:
        step = body[-1]
        pad = indent_of(step.text)
        rows = [f"{pad}- name: Greet", f"{pad}  run: |", f'{pad}    echo "${{{{ github.event.pull_request.title }}}}"']
        options.append(("template", insert(text, step.last + 1, rows)))
        options.append(
            (
                "comment body",
                insert(text, step.last + 1, [f"{pad}- run: ./reply.sh '${{{{ github.event.comment.body }}}}'"]),
            )
        )
    if not options:
        return
    shape, after = draw.take(options)
    safe = {}
    if body:
        pad = indent_of(body[-1].text)
        passed = [
            f"{pad}- name: Greet",
            f"{pad}  env:",
            f"{pad}    TITLE: ${{{{ github.event.pull_request.title }}}}",
            f"{pad}  run: |",
            f'{pad}    echo "$TITLE"',
        ]
        safe["through the environment"] = insert(text, body[-1].last + 1, passed)
    if top and not re.search(r"(?m)^permissions:", text):
        safe["read only"] = insert(text, text.count("\n", 0, top.start()) + 1, ["permissions:", "  contents: read", ""])
    yield edited(shape, material.path, text, after, safe=safe)


@operator("unpinned-action/workflow", "c-04", L, files=WORKFLOW, needs=r"uses: [\w-]+/", standing=True, core=False)
def unpinned(material: Material, draw: Draw) -> Iterator[Case]:
    """An action that its owner may change."""
    variants: list[Variant] = [
        ("main", ["- uses: someone/deploy-action@main"]),
        ("master", ["- name: Deploy", "  uses: someone/deploy-action@master"]),
        ("latest", ["- uses: docker://ghcr.io/someone/tool:latest"]),
    ]
    yield from into_steps(
        material,
        draw,
        variants,
        safe={"pinned": ["- uses: someone/deploy-action@8f4b7f84864484a7bf31766abe9204da3cbe65b3"]},
    )
