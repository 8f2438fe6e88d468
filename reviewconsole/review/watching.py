"""Whether a repository has moved on since it was listed."""

from functools import cached_property

from reviewconsole.git.repository import Ref, Repository
from reviewconsole.loading.arrived import Line


class Watched:
    """A repository whose refs are remembered each time it is listed."""

    _repository: Repository
    _refs: tuple[Ref, ...] = ()

    @cached_property
    def lines(self) -> dict[str, Line]:
        """What the newest commits of each target did, by the target's ref."""
        return {}

    def remember_refs(self, refs: tuple[Ref, ...]) -> None:
        """Take these refs, all of one moment, for what is listed."""
        self._refs = refs

    def moved_on(self) -> bool:
        """Whether any ref stands elsewhere than when the queue was read last."""
        return self._refs != self._repository.raw_refs()
