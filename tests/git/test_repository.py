"""Discovery, refs, commits and trees, read from real repositories of every kind."""

import os
from pathlib import Path

import pytest

from reviewconsole.change import Oid
from reviewconsole.errors import CorruptObject, MissingObject, RepositoryError
from reviewconsole.git.objects import parse_any_commit, parse_commit
from reviewconsole.git.repository import Repository

from .conftest import Maker, Work

RAW_USUAL = b"tree %b\nparent %b\nparent %b\nauthor A <a@b> 12 +0000\ncommitter C D <c@d> 13 -0130\n\ntext\n" % (
    b"1" * 40,
    b"2" * 40,
    b"3" * 40,
)


def _three(work: Work) -> list[Oid]:
    first = work.commit(work.files({b"a": b"1\n"}))
    second = work.commit(work.files({b"a": b"2\n", b"d/b": b"x\n"}), first)
    third = work.commit(work.files({b"a": b"3\n", b"d/b": b"x\n"}), second)
    work.ref("refs/heads/main", third)
    return [first, second, third]


def test_opens_work_tree_folder_bare_linked_and_git_file(work: Work, tmp_path: Path) -> None:
    _three(work)
    deep = work.path / "x" / "y"
    deep.mkdir(parents=True)
    work.git("worktree", "add", "-q", "--detach", str(tmp_path / "linked"))
    work.git("clone", "-q", "--bare", str(work.path), str(tmp_path / "bare.git"))
    work.git("clone", "-q", "--separate-git-dir", str(tmp_path / "store"), str(work.path), str(tmp_path / "apart"))
    common = (work.path / ".git").resolve()
    assert Repository.open(work.path, work.environ).common_dir == common
    assert Repository.open(deep, work.environ).git_dir == common
    linked = Repository.open(tmp_path / "linked", work.environ)
    assert (linked.common_dir, linked.git_dir == common, linked.is_bare) == (common, False, False)
    assert linked.resolve("HEAD") == (None, linked.refs("refs/heads")[0].oid)
    bare = Repository.open(tmp_path / "bare.git", work.environ)
    assert (bare.is_bare, bare.common_dir) == (True, tmp_path / "bare.git")
    assert Repository.open(tmp_path / "apart", work.environ).git_dir == tmp_path / "store"
    assert all(len(repo.refs("refs/heads/main")) == 1 for repo in (linked, bare))


def test_no_repository_is_said_and_a_sibling_is_not_mistaken_for_its_neighbour(
    work: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / ".git").mkdir()
    monkeypatch.chdir(work.path)
    for path in (Path("../plain"), tmp_path / "plain", work.path / "no-such-folder"):
        with pytest.raises(RepositoryError):
            Repository.open(path, work.environ)


def test_git_variables_of_the_caller_do_not_matter(make: Maker) -> None:
    one, two = make("one"), make("two")
    [first, *_] = _three(one)
    misled = {**one.environ, "GIT_DIR": str(two.path / ".git"), "GIT_WORK_TREE": "/", "GIT_CONFIG_COUNT": "x"}
    assert Repository.open(one.path, misled).resolve(first)[1] == first


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_repository_of_another_user_can_be_read(work: Work) -> None:
    first, *_, third = _three(work)
    for path in (work.path, *work.path.rglob("*")):
        os.chown(path, 12345, 12345)
    assert work.open().is_ancestor(first, third)


def test_refs_are_peeled_to_commits_and_others_left_out(work: Work) -> None:
    first, _, third = _three(work)
    work.git("tag", "-a", "-m", "t", "v1", first)
    work.ref("refs/tags/blob", work.blob(b"x"))
    work.ref("refs/heads/--output=x", first)
    work.ref(b"refs/heads/\xff", first)
    refs = {ref.name: ref.oid for ref in work.open().refs()}
    assert refs == {
        "refs/heads/main": third,
        "refs/tags/v1": first,
        "refs/heads/--output=x": first,
        "refs/heads/\udcff": first,
    }


def test_a_ref_to_a_pruned_object_hides_no_other(work: Work) -> None:
    third = _three(work)[-1]
    (work.path / ".git/refs/heads/gone").write_text("1" * 40 + "\n")
    (work.path / ".git/refs/heads/torn").write_text("")
    assert [ref.name for ref in work.open().refs()] == ["refs/heads/main"]
    assert work.open().resolve("main") == ("refs/heads/main", third)


def test_resolve_knows_names_and_never_takes_one_for_an_option(work: Work) -> None:
    first, second, third = _three(work)
    work.ref("refs/heads/--output=x", first)
    work.ref("refs/heads/HEAD", first)
    work.ref(f"refs/heads/{third}", first)
    work.ref("refs/remotes/origin/topic", second)
    work.ref("refs/tags/v1", second)
    repo = work.open()
    assert repo.resolve("--output=x") == ("refs/heads/--output=x", first)
    assert not list(work.path.glob("x"))
    assert repo.resolve("HEAD") == ("refs/heads/main", third), "a branch called HEAD is not HEAD"
    assert repo.resolve(third) == (None, third), "a branch called like a commit is not that commit"
    assert repo.resolve(f"refs/heads/{third}")[1] == first
    assert repo.resolve("origin/topic") == ("refs/remotes/origin/topic", second)
    assert repo.resolve("v1") == ("refs/tags/v1", second)
    assert repo.resolve(first[:9]) == (None, first)
    for bad in ("", "nope", "-x", first[:6], "main^{tree}", "a\nb", "../main", "refs/heads/nope", ":/x"):
        with pytest.raises(RepositoryError):
            repo.resolve(bad)


def test_commits_are_listed_newest_first_within_a_range(work: Work) -> None:
    first, second, third = _three(work)
    repo = work.open()
    assert [c.oid for c in repo.commits([third])] == [third, second, first]
    assert [c.oid for c in repo.commits([third], [first])] == [third, second]
    assert repo.first_parents(third, [first]) == [third, second]
    assert repo.root_by_first_parent(third) == first
    assert repo.merge_bases(second, third) == (second,)
    assert repo.is_ancestor(first, third)
    assert not repo.is_ancestor(third, first)


def test_all_merge_bases_of_a_criss_cross_and_none_of_strangers(work: Work) -> None:
    tree = work.files({b"a": b"1\n"})
    root = work.commit(tree)
    left, right = work.commit(tree, root, message="l"), work.commit(tree, root, message="r")
    one, two = work.commit(tree, left, right, message="1"), work.commit(tree, right, left, message="2")
    repo = work.open()
    assert set(repo.merge_bases(one, two)) == {left, right}
    assert repo.merge_bases(root, work.commit(tree, message="stranger")) == ()


def test_replace_refs_and_grafts_change_nothing(work: Work) -> None:
    first, second, third = _three(work)
    work.git("replace", third, first)
    (work.path / ".git/info").mkdir(exist_ok=True)
    (work.path / ".git/info/grafts").write_text(f"{third} {first}\n")
    assert [c.oid for c in work.open().commits([third])] == [third, second, first]


def test_a_shallow_clone_is_known_and_what_it_lacks_is_missing(work: Work, tmp_path: Path) -> None:
    first, _, third = _three(work)
    work.git("clone", "-q", "--depth=1", f"file://{work.path}", str(tmp_path / "shallow"))
    repo = Repository.open(tmp_path / "shallow", work.environ)
    assert repo.is_shallow
    assert not work.open().is_shallow
    assert [c.oid for c in repo.commits([third])] == [third]
    with pytest.raises(MissingObject):
        repo.read_commits([first])
    with pytest.raises(MissingObject):
        repo.is_ancestor(first, third)


def test_sha256_repositories_are_read_alike(make: Maker) -> None:
    work = make("wide", "--object-format=sha256")
    first, _, third = _three(work)
    repo = work.open()
    [old], [new] = repo.read_commits([first]), repo.read_commits([third])
    entries = repo.entries(old.tree, new.tree)
    assert (repo.object_format, len(third), [e.path for e in entries]) == ("sha256", 64, ["a", "d/b"])
    assert repo.patches(old.tree, new.tree, entries)["a"] == b"@@ -1 +1 @@\n-1\n+3\n"
    assert len(repo.entries(repo.empty_tree, new.tree)) == 2
    assert repo.resolve(third[:10]) == (None, third)


RAW = b"tree %s\n%sauthor A <a@b> 1 +0000\n%scommitter C <c@d> 2 +0100\n%s\nTitle\n\nBody\n"


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (RAW % (b"1" * 40, b"", b"author B <b@b> 1 +0000\n", b""), "author stands 2 times"),
        (RAW % (b"1" * 40, b"", b"", b"encoding UTF-16\n"), "encoded as UTF-16"),
        (RAW % (b"1" * 40, b"", b"", b"encoding idna\n"), "encoded as idna"),
        (RAW % (b"1" * 40, b"", b"", b"encoding a\0b\n"), "NUL"),
        (RAW % (b"1" * 40, b"", b"parent " + b"2" * 40 + b"\n", b""), "out of place"),
        (RAW.replace(b"<a@b> 1 +0000", b"a@b") % (b"1" * 40, b"", b"", b""), "malformed"),
        (RAW % (b"1" * 40, b"", b"", b"") + b"\0hidden", "NUL"),
    ],
)
def test_odd_commits_are_parsed_and_named(data: bytes, word: str) -> None:
    found = parse_commit(Oid("0" * 40), data)
    assert any(word in anomaly for anomaly in found.anomalies), found.anomalies
    assert found.committer.email == "c@d"


def test_a_declared_encoding_is_honoured() -> None:
    data = RAW % (b"1" * 40, b"", b"", b"encoding ISO-8859-1\n") + b"caf\xe9"
    assert parse_commit(Oid("0" * 40), data).message.endswith("café")


@pytest.mark.parametrize("bad", [b"--output=x", b"1" * 39, b""])
def test_a_commit_whose_ids_are_none_is_refused(bad: bytes) -> None:
    with pytest.raises(RepositoryError, match="malformed"):
        parse_commit(Oid("0" * 40), RAW % (bad, b"", b"", b""))
    with pytest.raises(RepositoryError, match="malformed"):
        parse_commit(Oid("0" * 40), RAW % (b"1" * 40, b"parent " + bad + b"\n", b"", b""))


def test_swapped_blob_tree_and_commit_are_detected(work: Work) -> None:
    old, new = work.files({b"d/a": b"safe\n"}), work.files({b"d/a": b"evil\n", b"d/b": b"hidden\n"})
    harmless = work.files({b"d/a": b"safe\n"})
    before, after = work.commit(old), work.commit(new, message="evil")
    repo = work.open()
    evil = work.blob(b"evil\n")
    work.swap(evil, work.blob(b"safe\n"))
    assert work.git("cat-file", "blob", evil) == b"safe", "git believes it"
    with pytest.raises(CorruptObject):
        repo.blobs([evil])
    assert [entry.path for entry in repo.entries(old, new)] == ["d/a", "d/b"]
    work.swap(new, harmless)
    assert work.git("diff-tree", "-r", old, new) == b"", "git shows an empty change"
    with pytest.raises(CorruptObject):
        repo.entries(old, new)
    work.swap(after, before)
    with pytest.raises(CorruptObject):
        repo.commits([after])


def test_damaged_absent_and_huge_objects_are_named(work: Work) -> None:
    _three(work)
    repo = work.open()
    empty, huge = work.blob(b"power cut"), work.blob(b"x" * 1000)
    work.loose(empty).chmod(0o644)
    work.loose(empty).write_bytes(b"")
    with pytest.raises(MissingObject):
        repo.blobs([empty])
    with pytest.raises(MissingObject):
        repo.blobs([Oid("1" * 40)])
    with pytest.raises(MissingObject, match="is no blob"):
        repo.blobs([repo.empty_tree, work.files({b"a": b"x"})][1:])
    with pytest.raises(RepositoryError, match="1000 bytes"):
        dict(repo.objects([huge], "blob", largest=999))


def test_file_at_reads_regular_files_only(work: Work) -> None:
    link, data = work.blob(b"a"), work.blob(b"data")
    commit = work.commit(
        work.tree(
            {b"a": ("100644", data), b"l": ("120000", link), b"d/\xff": ("100755", data), b"-x": ("100644", data)}
        )
    )
    repo = work.open()
    assert [repo.file_at(commit, path) for path in ("a", "d/\udcff", "-x")] == [b"data"] * 3
    assert [repo.file_at(commit, path) for path in ("l", "d", "a/b", "nope", "")] == [None] * 5


def test_tree_with_equals_what_git_would_write(work: Work) -> None:
    x, y = work.blob(b"x"), work.blob(b"y")
    base = {b"a": ("100644", x), b"d/b": ("100644", x), b"d/e/f": ("100644", x), b"d.c": ("100644", x)}
    cases: list[dict[bytes, tuple[str, str] | None]] = [
        {b"a": ("100755", y)},
        {b"d/b": None},
        {b"d/e/f": None},
        {b"d/b": None, b"d/e/f": None},
        {b"n/e/w": ("120000", y)},
        {b"a": None, b"a/b": ("100644", y)},
        {b"d/b": None, b"d/e/f": None, b"d": ("160000", "1" * 40)},
        {b"\xff -x": ("100644", y)},
    ]
    repo = work.open()
    tree = work.tree(base)
    for case in cases:
        result = {path: value for path, value in {**base, **case}.items() if value is not None}
        replacements = {p.decode("utf-8", "surrogateescape"): v and (v[0], Oid(v[1])) for p, v in case.items()}
        assert repo.tree_with(tree, replacements) == work.tree(result), case
    assert repo.hash_blob(b"never stored") == work.id("hash-object", "--stdin", stdin=b"never stored")


def test_configuration_scopes_are_kept_apart(work: Work) -> None:
    work.git("config", "user.signingkey", "local")
    work.git("config", "reviewconsole.introduction", "abc")
    work.git("remote", "add", "origin", "https://example.com/x.git")
    (work.path / "included").write_text('[remote "sneaky"]\n\turl = ext::sh\n')
    work.git("config", "include.path", str(work.path / "included"))
    repo = work.open()
    assert repo.config_global("user.signingkey") is None
    (Path(work.environ["HOME"]) / ".gitconfig").write_text("[user]\n\tsigningkey = mine\n")
    assert repo.config_global("user.signingkey") == "mine"
    assert repo.config_local("reviewconsole.introduction") == "abc"
    assert repo.config_local("remote.origin.url") == "https://example.com/x.git"
    assert (repo.config_local("no.such"), repo.remotes()) == (None, ["origin"])


def test_commits_before_a_name_are_those_of_its_first_parent_line(work: Work) -> None:
    first, second, third = _three(work)
    repository = Repository.open(work.path, work.environ)
    for spec, oid in (
        ("main~2", first),
        ("main^^", first),
        ("refs/heads/main^", second),
        ("main~", second),
        ("main~0", third),
    ):
        assert repository.resolve(spec) == (None, oid)
    for spec in ("main~3", "none~1", "main^2", "~1", "^main"):
        with pytest.raises(RepositoryError):
            repository.resolve(spec)


@pytest.mark.parametrize(
    "old, new",
    [
        (b"", b""),
        (b"parent ", b"parent  "),
        (b"+0000\ncommitter", b"+0000 \ncommitter"),
        (b"author A <a@b>", b"author <a@b>"),
        (b"author A <a@b>", b"author A\xff  <a@b>"),
        (b"author A <a@b>", b"author A<a@b>"),
        (b"author A <a@b> 12", b"author A <a@b> -12"),
        (b"author A <a@b> 12", b"author A <a<b> 12"),
        (b"author A <a@b> 12", b"author A \0<a@b> 12"),
        (b"author A <a@b> 12", b"author A <a@b> 99999999999999999999"),
        (b"+0000\ncommitter", b"+00000000\ncommitter"),
        (b"+0000\ncommitter", b"\ncommitter"),
        (b"\n\ntext", b"\nencoding latin-1\n\ntext\xe9"),
        (b"\n\ntext", b"\ngpgsig x\n y\n\ntext"),
        (b"\n\ntext", b"\n\n\n\ntext\xe9\0"),
        (b"\n\ntext", b"\n\n"),
        (b"\n\ntext", b""),
        (b"committer", b"author X <x> 1 +0000\ncommitter"),
        (b"parent", b"tree"),
    ],
)
def test_a_commit_of_the_usual_form_is_read_like_any(old: bytes, new: bytes) -> None:
    data = RAW_USUAL.replace(old, new, 1)
    answers = []
    for parse in (parse_commit, parse_any_commit):
        try:
            answers.append(repr(parse(Oid("0" * 40), data)))
        except RepositoryError as error:
            answers.append(str(error))
    assert answers[0] == answers[1]


@pytest.mark.parametrize("digits", [7, 12])
@pytest.mark.parametrize("kind", ["heads", "tags"])
def test_a_ref_that_begins_the_id_of_another_commit_names_neither(work: Work, digits: int, kind: str) -> None:
    first, _, third = _three(work)
    name = f"refs/{kind}/{third[:digits]}"
    work.ref(name, first)
    with pytest.raises(RepositoryError, match="begins the id of another commit"):
        work.open().resolve(third[:digits])
    work.ref(name, third)
    assert work.open().resolve(third[:digits]) == (name, third)
