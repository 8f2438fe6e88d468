"""Exchange records with the remote, also beside other calls."""

from abc import ABC, abstractmethod
from collections.abc import Mapping

from reviewconsole.casefile import SyncState
from reviewconsole.config import Config
from reviewconsole.errors import PolicyError, RepositoryError, Undecidable
from reviewconsole.facts import PolicyInForce
from reviewconsole.git.repository import Repository
from reviewconsole.loading.policies import in_force
from reviewconsole.loading.store import Store
from reviewconsole.review import publishing
from reviewconsole.review.journaling import mend_logs


class Exchanging(ABC):
    """The exchange of one repository opened by one person."""

    _repository: Repository
    _environ: Mapping[str, str]
    _store: Store
    config: Config
    _stale: bool = False
    """Whether an exchange brought what was not read yet."""

    @property
    @abstractmethod
    def identity(self) -> str:
        """The repository's id, as records state it."""

    @abstractmethod
    def reload(self) -> None:
        """Read refs and records again."""

    def _refresh(self) -> None:
        if self._stale:
            self.reload()

    def exchange(self, *, remote: str | None = None, push: bool = True) -> publishing.Exchange:
        """Fetch everybody's records and push one's own, after mending what the notes lost."""
        result = self._exchange(remote, push=push)
        self._refresh()
        return result

    def publish(self) -> SyncState:
        """Like `exchange`, for the console: what it brought is read by the next call that is not beside others."""
        return self._exchange(None, push=True).state

    def _exchange(self, remote: str | None, *, push: bool) -> publishing.Exchange:
        # other calls go on beside this one: it has a repository of its own, and reads no records
        repository = Repository(self._repository.git_dir, self._environ)
        if self._store.policy is not None:
            mend_logs(repository, self.config.state_dir, self.identity)
        try:
            return publishing.exchange(
                repository,
                self.config.state_dir,
                self._environ,
                force=self._signers(repository),
                remote=remote,
                push=push,
            )
        finally:
            self._stale = True

    leave = staticmethod(publishing.leave)

    def sync_state(self) -> SyncState:
        """Where one's own records are, without asking the remote."""
        return publishing.known_state(self._repository, self.config.state_dir, self._environ)

    def _signers(self, repository: Repository) -> PolicyInForce | None:
        """What is in force, as far as it can be read."""
        try:
            return in_force(repository, self._store.targets[0].tip)
        except (PolicyError, Undecidable, RepositoryError):
            return None
