"""Use cases for people: list, open, decide, publish. The console and the verbs call these."""

from reviewconsole.review.workspace import Workspace

__all__ = ["Workspace"]
