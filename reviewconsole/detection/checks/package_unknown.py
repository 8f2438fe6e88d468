"""Find dependencies that the lock file has never heard of."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.manifests import Dependency, dependencies, ecosystem, is_member, locks_of, normal
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.places import changed_at
from reviewconsole.finding import Confidence, Family, Severity, Side

PAGE = page_of(
    "package-unknown",
    title="A package that the lock file does not know",
    family=Family.BOUNDARY,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    what="Finds dependencies that are added to a manifest and are not in its lock file, and added names that differ by "
    "one letter from a well-known one (npm, Python, Go, Cargo, Bundler, Composer).",
    why="Language models name packages that do not exist: 19.7 % of those in a study of 576,000 samples "
    "(USENIX Security "
    "2025). Whoever registers the name first runs code in your build.",
    example='+    "reqeusts-oauth": "^1.0.0"   # not in package-lock.json',
    instead="Look the package up, install it with the package manager and commit the lock file with the manifest.",
    references=("Spracklen et al., We Have a Package for You!, USENIX Security 2025", "CWE-1357"),
    languages=("package.json", "pyproject.toml", "requirements", "go.mod", "Cargo.toml", "Gemfile", "composer.json"),
    alias="p-01",
)
_KNOWN = {
    "python": "requests numpy pandas django flask fastapi sqlalchemy pydantic boto3 botocore celery redis "
              "pytest setuptools urllib3 cryptography "
    "pyyaml jinja2 click rich scipy matplotlib scikit-learn tensorflow torch transformers openai anthropic "
    "langchain httpx aiohttp uvicorn gunicorn psycopg2 "
    "psycopg alembic pillow beautifulsoup4 selenium playwright black mypy ruff tox kubernetes docker paramiko "
    "python-dateutil pyjwt sentry-sdk",
    "npm": "react react-dom lodash express axios typescript webpack vite eslint prettier jest mocha moment "
           "dayjs chalk commander next vue svelte angular "
    "jquery uuid dotenv cors body-parser mongoose sequelize prisma graphql socket.io redux zod tailwindcss "
    "postcss babel rollup esbuild nodemon cross-env "
    "puppeteer playwright openai stripe passport jsonwebtoken bcrypt winston pino rimraf glob semver",
    "cargo": "serde serde_json tokio reqwest clap anyhow thiserror rand regex tracing hyper axum actix-web "
             "diesel sqlx chrono uuid futures",
    "ruby": "rails rack sinatra puma sidekiq devise rspec pg redis nokogiri rubocop faraday",
    "php": "", "go": "",
}  # fmt: skip
_SHORT = 5


def check(context: Context) -> Iterator[Hit]:
    """Name added dependencies that are in no lock, or nearly have a famous name."""
    for source in context.sources:
        world = ecosystem(source.path)
        if not world or not source.added:
            continue
        before, after = dependencies(source, Side.OLD), dependencies(source, Side.NEW)
        fresh = [
            each for name, each in after.items() if name not in before and not each.local and each.line in source.added
        ]
        if not fresh:
            continue
        locks = locks_of(context, source)
        lock = next(iter(locks), None)
        others = [name for name in after if name in before][:20]
        covers = lock is not None and sum(lock.has(context, name) for name in others) * 2 >= len(others)
        for each in fresh:
            if any(_replaces(row, each.name) for row in source.new):
                continue
            name = normal(each.name, world)
            near = _near(name, world)
            known = _platform(each) or any(held.has(context, name) for held in locks)
            if lock is not None and covers and not known and not (world == "npm" and is_member(context, each.name)):
                like = f", and it is one letter from {near}" if near else ""
                message = f"{each.name} is not in {lock.path}{like}"
            elif near:
                message = f"{each.name} is one letter from {near}"
            else:
                continue
            yield from changed_at(PAGE.rule, source, Side.NEW, (each.line, each.line), message)


def _replaces(row: str, name: str) -> bool:
    """Tell a line of a go.mod that puts a folder of the repository in place of a module."""
    return row.lstrip().startswith(f"replace {name} ") and "=> ." in row


def _platform(each: Dependency) -> bool:
    """PHP extensions, Python itself and the like are in no lock."""
    return bool(re.match(r"(php|ext-|lib-|python$|pip$|setuptools$|node$|npm$|engines$)", each.name))


def _near(name: str, world: str) -> str:
    """The well-known name one edit away; empty for none and for well-known names."""
    famous = _KNOWN.get("python" if world == "requirements" else world, "").split()
    if name in famous or len(name) < _SHORT:
        return ""
    return next((each for each in famous if len(each) >= _SHORT and _one_edit(name, each)), "")


def _one_edit(a: str, b: str) -> bool:
    """One letter added, left out, changed, or two neighbours swapped."""
    if abs(len(a) - len(b)) > 1:
        return False
    at = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    rest, other = a[at:], b[at:]
    swapped = len(rest) > 1 and len(other) > 1 and rest[:2] == other[1::-1] and rest[2:] == other[2:]
    return swapped or rest[1:] == other or rest == other[1:] or (rest[1:] == other[1:] and len(a) == len(b))


CHECK = Check(page=PAGE, run=check)
