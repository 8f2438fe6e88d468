"""Shell completion, made from the grammar."""

from reviewconsole.cli.parser import grammar


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
