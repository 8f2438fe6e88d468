"""Search the content of a whole tree."""

from reviewconsole.change import Oid, decode
from reviewconsole.errors import RepositoryError
from reviewconsole.git.process import Git, said


def files_naming(git: Git, tree: Oid, text: str, *, word: bool) -> tuple[str, ...]:
    """Paths below a tree whose content holds a text of one line, in git's order.

    As git says, not hashed again. Attributes do not matter: every file is searched as text.
    Raises RepositoryError.
    """
    options = ["grep", "-a", "-F", "-l", "-z", "--full-name", *(["-w"] if word else []), "-e", text, tree]
    code, out, err = git.attempt(options)
    if code > 1:
        raise RepositoryError(f"the tree cannot be searched: {said(err)}")
    return tuple(decode(row).partition(":")[2] for row in out.split(b"\0") if row)
