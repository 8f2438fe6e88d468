"""Every error a caller can act on, with the exit code it becomes.

    ReviewConsoleError            70  internal: a promise of ours does not hold
    |- UsageError                 64  the call is wrong
    |- FormatError                65  unreadable input: policy, record, signature, notes
    |  `- PolicyError             65  a policy, signers or revocation file
    |- RepositoryError            65  no repository, no such ref, git refuses
    |  `- MissingObject            2  the object is not here (shallow, partial): undecidable
    |     `- CorruptObject         2  bytes do not hash to their id: undecidable
    |- RemoteError                69  the remote does not answer or refuses
    |- StorageError               73  cannot write the journal, a note or a file
    |- SigningError               77  no usable key, wrong passphrase, no touch
    |- VerificationError           1  a proof was checked and is bad
    |- Refused                     1  the rules of this program say no
    |  `- ReviewIncomplete         1  something is unread, unacknowledged or has moved
    `- Undecidable                 2  could not be checked; blocks like a refusal

"The proof is bad" (VerificationError) and "I could not check" (Undecidable) are
different answers; both fail.
"""


class ReviewConsoleError(Exception):
    """Root of the tree; `remedy` says what the reader can do, in one sentence."""

    exit_code = 70

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


class UsageError(ReviewConsoleError):
    """The call itself is wrong."""

    exit_code = 64


class FormatError(ReviewConsoleError):
    """Input that cannot be read; `place` names where, e.g. `rule[1].from[0]` or `line 7`."""

    exit_code = 65

    def __init__(self, message: str, *, place: str = "", remedy: str = "") -> None:
        super().__init__(f"{place}: {message}" if place else message, remedy=remedy)
        self.place = place


class PolicyError(FormatError):
    """A policy, allowed_signers or revoked_keys file that cannot be trusted as written."""


class RepositoryError(ReviewConsoleError):
    """No repository, no such ref, or git refuses."""

    exit_code = 65


class MissingObject(RepositoryError):
    """An object that is not in the repository."""

    exit_code = 2


class CorruptObject(MissingObject):
    """An object whose bytes do not hash to its id."""


class RemoteError(ReviewConsoleError):
    """The remote does not answer, or refuses."""

    exit_code = 69


class StorageError(ReviewConsoleError):
    """Nothing could be written; nothing was recorded."""

    exit_code = 73


class SigningError(ReviewConsoleError):
    """No usable signing key."""

    exit_code = 77


class VerificationError(ReviewConsoleError):
    """A proof was checked and is bad."""

    exit_code = 1


class Refused(ReviewConsoleError):
    """The rules of this program say no."""

    exit_code = 1


class ReviewIncomplete(Refused):
    """The review is not in a state that may be signed."""


class Undecidable(ReviewConsoleError):
    """A question that the evidence at hand does not answer."""

    exit_code = 2
