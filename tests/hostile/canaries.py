"""Programs that a repository names: each leaves a file with its own name when somebody runs it."""

from pathlib import Path

HOOKS = (
    "applypatch-msg", "pre-applypatch", "post-applypatch", "pre-commit", "pre-merge-commit", "prepare-commit-msg", "commit-msg",
    "post-commit", "pre-rebase", "post-checkout", "post-merge", "pre-push", "pre-receive", "update", "proc-receive",
    "post-receive", "post-update", "reference-transaction", "push-to-checkout", "pre-auto-gc", "post-rewrite",
    "sendemail-validate", "fsmonitor-watchman", "post-index-change",
)  # fmt: skip

_CONFIG = """\
[core]
\tfsmonitor = {core-fsmonitor}
\tsshCommand = {core-ssh-command}
\tpager = {core-pager}
\teditor = {core-editor}
\taskPass = {core-askpass}
\tgitProxy = {core-git-proxy}
\talternateRefsCommand = {core-alternate-refs}
\tattributesFile = {attributes}
[diff]
\texternal = {diff-external}
\tnoprefix = true
\tignoreSubmodules = all
\torderFile = /dev/null
[diff "pwn"]
\tcommand = {diff-command}
\ttextconv = {diff-textconv}
\tcachetextconv = true
[filter "pwn"]
\tclean = {filter-clean}
\tsmudge = {filter-smudge}
\tprocess = {filter-process}
\trequired = true
[merge "pwn"]
\tdriver = {merge-driver} %A
[merge]
\ttool = pwn
[mergetool "pwn"]
\tcmd = {mergetool}
[difftool "pwn"]
\tcmd = {difftool}
[credential]
\thelper = !{credential-helper}
[gpg]
\tprogram = {gpg-program}
\tformat = ssh
[gpg "ssh"]
\tprogram = {gpg-ssh-program}
\tdefaultKeyCommand = {gpg-key-command}
\tallowedSignersFile = /dev/null
[user]
\tsigningkey = /dev/null
[commit]
\tgpgSign = true
[log]
\tshowSignature = true
[alias]
\tdiff-tree = !{alias-diff-tree}
\tcat-file = !{alias-cat-file}
\tfor-each-ref = !{alias-for-each-ref}
[sequence]
\teditor = {sequence-editor}
[interactive]
\tdiffFilter = {diff-filter}
[pager]
\tlog = {pager-log}
\tdiff = {pager-diff}
[trailer "x"]
\tcommand = {trailer-command}
\tcmd = {trailer-cmd}
[uploadpack]
\tpackObjectsHook = {pack-objects-hook}
[url "ext::sh -c {ext-url}"]
\tinsteadOf = file://
[protocol "ext"]
\tallow = always
[remote "origin"]
\tuploadpack = {upload-pack}
\treceivepack = {receive-pack}
\tproxy = socks5://localhost:9
\tvcs = pwn
[submodule "sub"]
\tupdate = !{submodule-update}
\tactive = true
[notes]
\trewriteRef = refs/notes/*
[gc]
\tauto = 1
\trecentObjectsHook = {recent-objects-hook}
[maintenance]
\tauto = true
[browser "x"]
\tcmd = {browser}
[man "x"]
\tcmd = {man}
[sendemail]
\tsmtpServer = {sendemail}
[init]
\ttemplateDir = {template}
"""


def plant(git_dir: Path, folder: Path) -> tuple[str, ...]:
    """Write the hostile configuration and hooks; gives the canaries' names. Each touches `folder`/fired/NAME."""
    (folder / "bin").mkdir(parents=True)
    (folder / "fired").mkdir()
    names: list[str] = []

    def program(name: str, place: Path | None = None) -> str:
        names.append(name)
        path = place or folder / "bin" / name
        path.write_text(f"#!/bin/sh\n: > '{folder}/fired/{name}'\nexit 0\n")
        path.chmod(0o755)
        return str(path)

    class Programs(dict[str, str]):
        def __missing__(self, name: str) -> str:
            self[name] = program(name)
            return self[name]

    text = _CONFIG.format_map(Programs())
    hooks = git_dir / "hooks"
    hooks.mkdir(exist_ok=True)
    for hook in HOOKS:
        program(f"hook-{hook}", hooks / hook)
    with (git_dir / "config").open("a", encoding="utf-8") as config:
        config.write(text)
    (git_dir / "info").mkdir(exist_ok=True)
    (git_dir / "info" / "attributes").write_text("* diff=pwn filter=pwn merge=pwn -text\n")
    return tuple(names)


def fired(folder: Path) -> list[str]:
    """Names of the canaries that ran."""
    return sorted(path.name for path in (folder / "fired").iterdir())
