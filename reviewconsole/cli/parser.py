"""The grammar of the command line, put together from the groups of verbs."""

import argparse

from reviewconsole.cli.verbs import GROUPS

_EPILOG = (
    "exit codes: 0 satisfied or done, 1 violated or refused, 2 undecidable, 64 wrong usage, 65 unreadable input, "
    "69 remote unavailable, 70 internal error, 73 cannot write, 77 no usable signing key, 130 interrupted"
)


def build_parser() -> argparse.ArgumentParser:
    """Build the whole grammar."""
    parser = argparse.ArgumentParser(
        prog="reviewconsole", description="Sign off AI-assisted changes, with evidence in git notes.", epilog=_EPILOG
    )
    parser.add_argument("-C", dest="folder", metavar="PATH", help="run as if started in PATH")
    parser.add_argument("--version", action="store_true", help="print the version and exit")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB")
    for group in GROUPS:
        group.grammar(verbs)
    return parser


def grammar() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Verb -> its help and its long options, for completion and documentation."""
    parser = build_parser()
    [verbs] = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]  # noqa: SLF001 - argparse has no public way to walk a grammar
    helps = {choice.dest: choice.help or "" for choice in verbs._choices_actions}  # noqa: SLF001
    return {
        name: (helps[name], tuple(o for action in sub._actions for o in action.option_strings if o.startswith("--")))  # noqa: SLF001
        for name, sub in verbs.choices.items()
    }
