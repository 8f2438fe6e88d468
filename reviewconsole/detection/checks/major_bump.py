"""Find jumps to the next major version of what everything runs on."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.manifests import dependencies, ecosystem
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.places import changed_at
from reviewconsole.detection.source import Source
from reviewconsole.detection.tf_pairs import attributes, paired_blocks
from reviewconsole.finding import Family, Severity, Side

PAGE = page_of(
    "major-bump",
    title="A major version of something central",
    family=Family.RISK,
    severity=Severity.MEDIUM,
    what="Finds major version jumps of runtimes, web frameworks, database drivers and servers, message clients and "
    "Terraform providers; below 1.0 the next minor version of a crate or an npm package counts as one.",
    why="A major version says that something breaks. In drivers and runtimes it breaks under load and at the edges, "
    "which the tests of the happy path do not reach.",
    example="-psycopg==2.9.9\n+psycopg==3.2.3",
    instead="Raise it alone, with the list of breaking changes that concern this code, behind a rollout that can stop.",
    references=("https://semver.org/#spec-item-8", "Heroku incident 2451"),
    languages=(
        "package.json",
        "pyproject.toml",
        "requirements",
        "go.mod",
        "Cargo.toml",
        "Gemfile",
        "dockerfile",
        "terraform",
    ),
    alias="p-03",
)
_CENTRAL = re.compile(
    r"^(psycopg\w*|asyncpg|mysqlclient|pymysql|sqlalchemy|flask-sqlalchemy|alembic|django|flask|fastapi|starlette|pydantic|celery|redis|kombu|boto3?|botocore|kafka-python"
    r"|confluent-kafka|grpcio|protobuf|cryptography|pyjwt|gunicorn|uvicorn|urllib3|requests|httpx|pg|pg-promise|mysql2?|mongodb|mongoose|prisma|@prisma/client|typeorm"
    r"|sequelize|knex|express|fastify|koa|next|nuxt|react|react-dom|vue|@angular/core|@nestjs/core|ioredis|kafkajs|amqplib|aws-sdk|jsonwebtoken|typescript|webpack|node"
    r"|rails|activerecord|sidekiq|puma|rack|devise|tokio|hyper|axum|diesel|sqlx|rustls|openssl|tonic|reqwest|github\.com/jackc/pgx.*|gorm\.io/.*|google\.golang\.org/grpc"
    r"|github\.com/(lib/pq|redis/go-redis|go-redis/redis|segmentio/kafka-go|gin-gonic/gin|labstack/echo|golang-jwt/jwt|aws/aws-sdk-go).*|laravel/framework|symfony/.*|doctrine/.*)$",
    re.IGNORECASE,
)
_ZERO = frozenset({"cargo", "npm"})
"""Worlds whose ranges take a new 0.x for a break (Cargo's and npm's caret)."""
_IMAGE = re.compile(
    r"^\s*(?:FROM\s+(?:--\S+\s+)?|-?\s*image:\s*[\"']?)(\S*?(?:python|node|golang|ruby|openjdk|eclipse-temurin|php|postgres|mysql|mariadb|redis|mongo|elasticsearch|rabbitmq|nginx|kafka|rust|dotnet\S*)):v?(\d+)",
    re.IGNORECASE,
)
_VERSIONS = frozenset(
    {
        "version",
        "engine_version",
        "kubernetes_version",
        "cluster_version",
        "database_version",
        "required_version",
        "runtime",
    }
)


def check(context: Context) -> Iterator[Hit]:
    """Name the jumps."""
    for source in context.sources:
        if not source.added or not source.removed:
            continue
        if ecosystem(source.path):
            before, after = dependencies(source, Side.OLD), dependencies(source, Side.NEW)
            for name, each in after.items():
                was = before.get(name)
                if was and _CENTRAL.match(name) and _jumps(was.wanted, each.wanted, world=ecosystem(source.path)):
                    message = f"{each.name} jumps from {was.wanted} to {each.wanted}"
                    yield from changed_at(PAGE.rule, source, Side.NEW, (each.line, each.line), message)
        elif source.kind in ("dockerfile", "yaml"):
            yield from _images(source)
    for old, new in paired_blocks(context):
        if old is None or new is None or new.block.type not in ("terraform", "resource", "module"):
            continue
        ours = attributes(old.block)
        for path, item in attributes(new.block).items():
            value = path.rpartition(".")[2].partition("#")[0]
            held = value in _VERSIONS or path.startswith("required_providers")
            if held and path in ours and _jumps(ours[path].value, item.value):
                message = f"{path} of {new.block.address} jumps from {ours[path].value} to {item.value}"
                yield from changed_at(PAGE.rule, new.source, Side.NEW, (item.first, item.last), message)


def _major(text: str) -> int | None:
    match = re.search(r"(?:version\s*=\s*\"?)?[~^=v<>! \"'A-Z_]*(\d+)(?:[._]|\b)", text)
    return int(match[1]) if match else None


def _jumps(before: str, after: str, *, world: str = "") -> bool:
    old, new = _major(before), _major(after)
    if old == new == 0 and world in _ZERO:
        old, new = _minor(before), _minor(after)
    return old is not None and new is not None and new > old


def _minor(text: str) -> int | None:
    match = re.search(r"\b0\.(\d+)", text)
    return int(match[1]) if match else None


def _images(source: Source) -> Iterator[Hit]:
    before: dict[str, int] = {}
    for at in source.removed:
        match = _IMAGE.match(source.old[at - 1][:300].rstrip())
        if match:
            before[match[1]] = int(match[2])
    for at in sorted(source.added):
        match = _IMAGE.match(source.new[at - 1][:300].rstrip())
        if match and match[1] in before and int(match[2]) > before[match[1]]:
            message = f"{match[1]} jumps from {before[match[1]]} to {match[2]}"
            yield from changed_at(PAGE.rule, source, Side.NEW, (at, at), message)


CHECK = Check(page=PAGE, run=check)
