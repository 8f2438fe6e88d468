"""What a reviewer has of their own beside a repository: drafts, named views, clipboard and editor."""

from collections.abc import Mapping
from pathlib import Path

from reviewconsole.config import Config
from reviewconsole.review.desktop import Desktop
from reviewconsole.review.drafts import Drafts
from reviewconsole.review.views import Views


class Personal:
    """None of it is signed, and none of it comes from the repository."""

    def __init__(self, config: Config, environ: Mapping[str, str], git_dir: Path) -> None:
        self.root = git_dir.parent if git_dir.name == ".git" else None
        self.desktop = Desktop(config, environ, self.root)
        self.drafts = Drafts(config.state_dir, git_dir)
        self.views = Views(config.state_dir)
