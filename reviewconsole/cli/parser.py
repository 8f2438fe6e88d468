"""The grammar of the command line, and the shell completion made from it."""

import argparse
from typing import TYPE_CHECKING

_CHANGE = "a branch, a full ref, a commit id, a change id or base..head"
_EPILOG = (
    "exit codes: 0 satisfied or done, 1 violated or refused, 2 undecidable, 64 wrong usage, 65 unreadable input, "
    "69 remote unavailable, 70 internal error, 73 cannot write, 77 no usable signing key, 130 interrupted"
)

if TYPE_CHECKING:
    Sub = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - argparse gives it no public name


def _verb(verbs: "Sub", name: str, text: str) -> argparse.ArgumentParser:
    return verbs.add_parser(name, help=text, description=text[:1].upper() + text[1:] + ".")


def _json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")


def _target(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--target", metavar="REF", help="the protected branch, where the policy names several")


def build_parser() -> argparse.ArgumentParser:
    """Build the whole grammar."""
    parser = argparse.ArgumentParser(
        prog="reviewconsole", description="Sign off AI-assisted changes, with evidence in git notes.", epilog=_EPILOG
    )
    parser.add_argument("-C", dest="folder", metavar="PATH", help="run as if started in PATH")
    parser.add_argument("--version", action="store_true", help="print the version and exit")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB")
    _reading(verbs)
    _deciding(verbs)
    _checking(verbs)
    _setting_up(verbs)
    return parser


def _reading(verbs: "Sub") -> None:
    console = _verb(verbs, "open", "open the console on the queue, or on one change")
    console.add_argument("change", nargs="?", metavar="CHANGE", help=_CHANGE)
    console.add_argument("--theme", metavar="NAME", help="a theme of the themes folder")
    _target(console)
    queue = _verb(verbs, "queue", "list the changes that wait for a decision, worst first")
    _json(queue)
    _target(queue)
    queue.add_argument("--all", action="store_true", help="also decided ones and ones without AI evidence")
    queue.add_argument("--range", metavar="A..B", help="the first-parent commits of a range that lack a sign-off")
    inspect = _verb(verbs, "inspect", "show one change: provenance, annotated diff, findings, what is required")
    inspect.add_argument("change", metavar="CHANGE", help=_CHANGE)
    _json(inspect)
    _target(inspect)
    log = _verb(verbs, "log", "show the verified records, newest first, and what does not verify")
    log.add_argument("change", nargs="?", metavar="CHANGE", help=_CHANGE)
    _json(log)
    _target(log)
    rules = _verb(verbs, "rules", "list the detection rules, or show the page of one")
    rules.add_argument("name", nargs="?", metavar="NAME")


def _deciding(verbs: "Sub") -> None:
    for name, text in (
        ("approve", "record an approval; without the console, coverage is 0"),
        ("reject", "record a reject, which blocks until it is superseded or overridden"),
        ("withdraw", "take back what you recorded on a change"),
    ):
        decide = _verb(verbs, name, text)
        decide.add_argument("change", metavar="CHANGE", help=_CHANGE)
        decide.add_argument("--reason", required=True, metavar="TEXT", help="what you checked, or what is wrong")
        decide.add_argument("--no-push", action="store_true", help="record here only")
        _target(decide)
        decide.add_argument(
            "--ack",
            action="append",
            default=[],
            metavar="FINDING=TEXT",
            help="acknowledge a finding: F1=why it is fine",
        )
        if name == "approve":
            decide.add_argument(
                "--override", action="append", default=[], metavar="RECORD", help="override a reject by its record id"
            )
    sync = _verb(verbs, "sync", "fetch everyone's records and push your own")
    sync.add_argument("--remote", metavar="NAME")
    sync.add_argument("--no-push", action="store_true", help="fetch only")


def _checking(verbs: "Sub") -> None:
    verify = _verb(verbs, "verify", "judge a range or a ref: the gate, for CI and auditors")
    verify.add_argument("range", nargs="?", default="HEAD", metavar="RANGE", help="A..B or a ref; default HEAD")
    _json(verify)
    _target(verify)
    verify.add_argument("--all", action="store_true", help="show satisfied changes too")
    verify.add_argument("--introduction", metavar="COMMIT", help="the first policy commit that you trust")
    check = _verb(verbs, "check-signature", "check an SSH signature strictly; the message comes on stdin")
    for option, metavar in (("signers", "FILE"), ("principal", "P"), ("namespace", "N"), ("signature", "FILE")):
        check.add_argument(f"--{option}", required=True, metavar=metavar)
    check.add_argument("--revoked", metavar="FILE")
    check.add_argument("--at", metavar="TIME", help="judge validity at this time, YYYYMMDD[HHMM[SS]]Z; default now")


def _setting_up(verbs: "Sub") -> None:
    init = _verb(verbs, "init", "write a starting policy, your key as signer, and the notes refspec")
    init.add_argument("--name", metavar="NAME", help="the repository's name in the policy, e.g. example/payments")
    init.add_argument("--person", metavar="NAME", help="your name in the policy; default from your e-mail")
    doctor = _verb(verbs, "doctor", "check the set-up and say how to mend each fault")
    _json(doctor)
    demo = _verb(verbs, "demo", "build a small repository with AI-assisted changes and open the console on it")
    demo.add_argument("folder_", nargs="?", metavar="FOLDER", help="where to build it; default a temporary folder")
    demo.add_argument("--no-open", action="store_true", help="build only")
    completion = _verb(verbs, "completion", "print a completion script for a shell")
    completion.add_argument("shell", choices=["bash", "zsh", "fish"])


def grammar() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Verb -> its help and its long options, for completion and documentation."""
    parser = build_parser()
    [verbs] = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]  # noqa: SLF001 - argparse has no public way to walk a grammar
    helps = {choice.dest: choice.help or "" for choice in verbs._choices_actions}  # noqa: SLF001
    return {
        name: (helps[name], tuple(o for action in sub._actions for o in action.option_strings if o.startswith("--")))  # noqa: SLF001
        for name, sub in verbs.choices.items()
    }


def completion(shell: str) -> str:
    """Write a completion script for bash, zsh or fish."""
    verbs = grammar()
    if shell == "fish":
        lines = ["complete -c reviewconsole -f"]
        for name, (text, options) in verbs.items():
            quoted = text.replace("'", "\\'")
            lines.append(f"complete -c reviewconsole -n __fish_use_subcommand -a {name} -d '{quoted}'")
            lines += [f"complete -c reviewconsole -n '__fish_seen_subcommand_from {name}' -l {o[2:]}" for o in options]
        return "\n".join(lines) + "\n"
    cases = "\n".join(f"    {name}) words='{' '.join(options)}' ;;" for name, (_, options) in verbs.items())
    script = f"""_reviewconsole() {{
  local cur verb words
  cur="${{COMP_WORDS[COMP_CWORD]}}"
  verb="${{COMP_WORDS[1]}}"
  words='{" ".join(verbs)}'
  if [ "$COMP_CWORD" -gt 1 ]; then
    case "$verb" in
{cases}
    *) words='' ;;
    esac
    case "$cur" in
      -*) ;;
      *) words="$(git for-each-ref --format='%(refname:short)' refs/heads refs/remotes 2>/dev/null)" ;;
    esac
  fi
  COMPREPLY=( $(compgen -W "$words" -- "$cur") )
}}
complete -F _reviewconsole reviewconsole git-reviewconsole
"""
    return script if shell == "bash" else "autoload -U +X bashcompinit && bashcompinit\n" + script
