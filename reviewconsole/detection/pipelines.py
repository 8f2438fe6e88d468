"""Read jobs and steps out of pipelines (GitHub, GitLab, CircleCI), and tell which of them check something."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import yaml

from reviewconsole import lazy_re as re
from reviewconsole.detection.source import Source
from reviewconsole.detection.yaml_nodes import get, items, merged, pairs, scalar
from reviewconsole.detection.yaml_tree import Document, Place, documents
from reviewconsole.finding import Side

CI_FILE = re.compile(
    r"(^|/)(\.gitlab-ci\.ya?ml|[^/]*\.gitlab-ci\.ya?ml|Jenkinsfile[^/]*|azure-pipelines[^/]*\.ya?ml"
    r"|bitbucket-pipelines\.ya?ml"
    r"|\.travis\.ya?ml|\.drone\.ya?ml|cloudbuild[^/]*\.ya?ml|\.buildkite/.*|\.circleci/.*"
    r"|buildspec[^/]*\.ya?ml|\.github/.*\.ya?ml"
    r"|concourse/.*\.ya?ml|noxfile\.py|tox\.ini)$"
)
_GROUPS = {
    "python-test": r"\b(pytest|tox|nox|unittest|py\.test|manage\.py test|runtests(\.py)?)\b",
    "javascript-test": r"\b(jest|vitest|mocha|karma|(npm|yarn|pnpm|bun)( run)? (test|e2e)[\w:-]*)\b",
    "browser-test": r"\b(cypress|playwright|puppeteer|selenium|testcafe)\b",
    "go-test": r"\b(go test|gotestsum|ginkgo)\b",
    "rust-test": r"\bcargo (nextest|test)\b",
    "java-test": r"\b(mvnw?|gradlew?)\b(?!.*(skipTests|test\.skip|-x test)).*\b(test|verify|check)\b",
    "ruby-test": r"\b(rspec|minitest|rake (test|spec)|rails test)\b",
    "other-test": r"\b(phpunit|dotnet test|ctest|bats|mix test|swift test|terraform test|helm (unit)?test"
    r"|opa test|ct (lint|install)|molecule test)\b",
    "load-test": r"\b(k6|locust|gatling|artillery)\b",
    "python-lint": r"\b(ruff|flake8|pylint|pyflakes|black|isort|pycodestyle|autopep8)\b",
    "types": r"\b(mypy|pyright|pyre|pytype|tsc|flow check|sorbet)\b",
    "javascript-lint": r"\b(eslint|biome|tslint|prettier|oxlint|stylelint|standardjs|(npm|yarn"
    r"|pnpm)( run)? (lint|format|typecheck|check)[\w:-]*)\b",
    "go-lint": r"\b(golangci-lint(-action)?|go vet|staticcheck|gofmt|revive)\b",
    "rust-lint": r"\bcargo (clippy|fmt|deny|audit)\b",
    "ruby-lint": r"\b(rubocop|brakeman|bundler?-audit|standardrb|erb_lint)\b",
    "shell-lint": r"\b(shellcheck|shfmt|hadolint|actionlint|zizmor|yamllint|markdownlint)\b",
    "config-lint": r"\b(tflint|tfsec|checkov|terrascan|terraform (validate|fmt)|kubeconform|kubeval"
    r"|kube-?linter|kube-score|conftest|helm lint|datree|polaris|cfn-lint|promtool|pint)\b",
    "image-scan": r"\b(trivy(-action)?|grype|snyk|clair|docker scout|anchore|dockle)\b",
    "code-scan": r"\b(semgrep|codeql(-action)?|bandit|gosec|sonar\w*|spotbugs|dependency-review-action"
    r"|osv-scanner|scorecard)\b",
    "dependency-scan": r"\b(pip-audit|safety|npm audit|yarn audit|pnpm audit|govulncheck|dependency-check"
    r"|bundle audit)\b",
    "secret-scan": r"\b(gitleaks|trufflehog|detect-secrets|ggshield)\b",
    "contract": r"\b(buf (lint|breaking)|pact|oasdiff|spectral|schemathesis|alembic check"
    r"|makemigrations --check|squawk|atlas migrate lint)\b",
}
_TOOLS = {name: re.compile(pattern) for name, pattern in _GROUPS.items()}
_WRAPPER = re.compile(
    r"\b(make|just|task|rake|bazel|nx|turbo|lerna|earthly|pre-commit)\s+(?:\S+\s+)*?[\w:/-]*(test|lint|check"
    r"|ci|verify|validate|run|all)\b"
    r"|(^|[\s/.])(scripts?|bin|ci|hack|tools)/[\w./-]*(test|lint|check|verify|validate|ci)[\w.-]*"
    r"|\bdocker[- ]compose\b.*\b(run|up)\b.*(test|lint|check)"
    r"|\.?/?(run[-_]?)?(tests?|lint|checks?)\.(sh|py)\b|\bpre-commit/action\b",
    re.IGNORECASE,
)
_NAME = re.compile(
    r"(?<![a-z])(tests?|testing|lint(ing|er)?|scan(ning|ner)?|checks?|verif(y|ication)|validat(e|ion)|audit"
    r"|smoke|e2e|typecheck|typing|sast|security"
    r"|conformance|regression|specs?)(?![a-z])",
    re.IGNORECASE,
)
_SETUP = re.compile(r"checkout|harden|setup|install|upload|download|cache|comment|label|report|notify|publish"
                    r"|artifact|docker (build|push|login)"
                    r"|configure|check ?out", re.IGNORECASE)  # fmt: skip
DEPLOYS = re.compile(
    r"\b(terraform|tofu|terragrunt|pulumi|cdk|kubectl|sls|serverless|fly|flyctl|vercel|wrangler|gcloud|eb"
    r"|argocd|nomad|aws)\s[^#]*"
    r"\b(apply|deploy|up|rollout|replace|sync|update-service|run|create-deployment|update-function-code)\b"
    r"|\bhelm\s+upgrade\b"
    r"|\balembic\s+upgrade\b|\bmanage\.py\s+migrate\b|deploy\S*@|\b(npm|yarn|cargo|poetry|twine"
    r"|gem)\s+(publish|upload|push)\b|docker push"
    r"|(?<![a-z])(deploy(ment)?|release|publish|promote|rollout|prod(uction)?|ship)(?![a-z])",
    re.IGNORECASE,
)


def tools(text: str) -> dict[str, str]:
    """Group of check to the tool named for it, of a command or an action."""
    rows = [row for row in text.split("\n") if not row.lstrip().startswith("#")]
    return {
        group: match[0] for group, pattern in _TOOLS.items() for row in rows if (match := pattern.search(row[:2000]))
    }


def wraps(text: str) -> bool:
    """Tell whether a command starts checks through a script or a build tool."""
    return any(_WRAPPER.search(row[:2000]) for row in text.split("\n"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One step of a job; a job that is a call of another workflow has itself as its only step."""

    job: str
    place: Place
    name: str
    text: str
    """The command, or the action used."""
    line: int
    end_line: int
    node: yaml.Node

    @property
    def checks(self) -> Mapping[str, str]:
        """What it checks, by group; by its name alone where the command does not tell."""
        install = re.match(
            r"\s*(pip|npm|yarn|apt|apt-get|brew|go|cargo|gem|poetry|uv|python -m pip)\s+(add|install|ci|get"
            r"|sync)\b[^&|;\n]*$",
            self.text,
        )
        found = {} if install else tools(self.text)
        if not found and wraps(self.text):
            found = {f"script:{' '.join(self.text.split())[:80]}": " ".join(self.text.split())[:60]}
        if not found and _NAME.search(self.name) and not _SETUP.search(self.name) and not install:
            found = {f"name:{self.name.lower()}": self.name}
        return found


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """One job of a pipeline."""

    name: str
    place: Place
    line: int
    end_line: int
    node: yaml.Node
    steps: tuple[Step, ...]
    needs: tuple[str, ...]

    @property
    def checks(self) -> dict[str, str]:
        """What its steps check."""
        return {group: tool for step in self.steps for group, tool in step.checks.items()}

    @property
    def deploys(self) -> bool:
        """Tell whether it changes the world."""
        return bool(DEPLOYS.search(self.name)) or any(
            DEPLOYS.search(step.text) or DEPLOYS.search(step.name) for step in self.steps
        )


def pipeline(source: Source, side: Side) -> tuple[Job, ...]:
    """The jobs of one side of a pipeline file; none where it is none or does not parse."""
    return tuple(job for document in documents(source, side)[:1] for job in jobs(document))


def jobs(document: Document) -> tuple[Job, ...]:
    """The jobs of a workflow, composite action, GitLab or CircleCI document."""
    if document.get("runs", "steps") is not None:
        return (_job(document, "action", ("runs",)),)
    if document.get("jobs") is not None:
        return tuple(_job(document, name, ("jobs", name)) for name in merged(document.get("jobs")))
    found = []
    for name, _, node in pairs(document.node):
        if get(node, "script") is not None or get(node, "trigger") is not None:
            found.append(_job(document, name, (name,)))
    return tuple(found)


def _job(document: Document, name: str, place: Place) -> Job:
    entry = document.entries[place]
    needed = get(entry.node, "needs") or get(entry.node, "requires")
    listed = [scalar(item) or scalar(get(item, "job")) for item in items(needed)]
    return Job(
        name=name,
        place=place,
        line=entry.line,
        end_line=entry.end_line,
        node=entry.node,
        steps=tuple(_steps(document, name, place)),
        needs=tuple(each for each in listed or [scalar(needed)] if each),
    )


def _steps(document: Document, job: str, place: Place) -> Iterator[Step]:
    called = get(document.entries[place].node, "uses")
    if called is not None:
        entry = document.entries[place]
        yield Step(job=job, place=place, name=job, text=scalar(called), line=entry.line, end_line=entry.end_line,
                   node=entry.node)  # fmt: skip
    for held in ("steps", "before_script", "script", "after_script"):
        top = (*place, held)
        if top not in document.entries:
            continue
        if scalar(document.entries[top].node):
            entry = document.entries[top]
            yield Step(job=job, place=top, name=job, text=scalar(entry.node), line=entry.line, end_line=entry.end_line,
                       node=entry.node)  # fmt: skip
        for each, entry in document.entries.items():
            if len(each) == len(top) + 1 and each[:-1] == top:
                yield _step(job, each, entry.node, (entry.line, entry.end_line))


def _step(job: str, place: Place, node: yaml.Node, span: tuple[int, int]) -> Step:
    run = get(node, "run")
    command = scalar(run) or scalar(get(run, "command")) or scalar(get(node, "uses")) or scalar(node)
    if get(node, "uses") is not None:
        command = "\n".join([command, *(scalar(value) for _, _, value in pairs(get(node, "with")))])
    name = scalar(get(node, "name")) or scalar(get(run, "name")) or scalar(get(node, "id"))
    return Step(job=job, place=place, name=name, text=command, line=span[0], end_line=span[1], node=node)
