"""The operators, one module a part of the catalogue; importing this package registers them all."""

from benchmarks.seeding.operators import (
    boundary,
    databases,
    destruction,
    failures,
    observability,
    rollout,
    runtime,
    tests,
)

__all__ = ["boundary", "databases", "destruction", "failures", "observability", "rollout", "runtime", "tests"]
