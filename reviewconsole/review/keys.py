"""The reviewer's key, from the person's own settings."""

from reviewconsole.casefile import PassphraseAnswer, PassphraseRequest
from reviewconsole.config import Config
from reviewconsole.git.repository import Repository
from reviewconsole.signing import keystore
from reviewconsole.signing.select import Ask, KeySettings, select_signer
from reviewconsole.signing.signer import Signer


def find_signer(repository: Repository, config: Config, ask: Ask) -> Signer:
    """Find the key; a passphrase is asked when it first signs. Raises SigningError."""
    settings = KeySettings(
        key_file=config.key_file,
        gpg_format=repository.config_global("gpg.format"),
        user_signingkey=repository.config_global("user.signingkey"),
        default_key_command=repository.config_global("gpg.ssh.defaultKeyCommand"),
        ssh_auth_sock=config.ssh_auth_sock,
        home=config.home,
        environ=repository.environ,
    )
    return select_signer(settings, ask)


def _nobody(request: PassphraseRequest) -> PassphraseAnswer | None:
    del request
    return None


def public_signer(repository: Repository, config: Config) -> Signer:
    """The same key for showing: it cannot be unlocked."""
    return find_signer(repository, config, _nobody)


def keyring_state() -> tuple[bool, str]:
    """Whether the OS keyring may hold a passphrase, and why not."""
    return keystore.state()
