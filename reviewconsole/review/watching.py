"""Whether a repository has moved on since it was listed."""

from functools import cached_property

from reviewconsole.git.repository import Ref, Repository
from reviewconsole.loading.arrived import Line


class Watched:
    """A repository whose refs are remembered each time it is listed."""

    _repository: Repository
    _refs: frozenset[Ref] = frozenset()

    @cached_property
    def lines(self) -> dict[str, Line]:
        """What the newest commits of each target did, by the target's ref."""
        return {}

    def remember_refs(self) -> None:
        """Take the refs as they stand now for what is listed."""
        self._refs = frozenset(self._repository.raw_refs("refs"))

    def moved_on(self) -> bool:
        """Whether any ref stands elsewhere than when the queue was read last."""
        return self._refs != frozenset(self._repository.raw_refs("refs"))
