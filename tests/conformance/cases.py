"""All cases: a scene, the arguments of `verify`, the verdict and words that must be said."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, replace

from reviewconsole.attestation import payload_bytes, summary
from reviewconsole.chain import Observed, record_id
from reviewconsole.change import Oid
from reviewconsole.envelope import parse_envelope
from reviewconsole.git.objects import TreeItem, parse_tree
from reviewconsole.sshkey import fingerprint
from reviewconsole.statement import TaskBoundary, note_text
from tests.conformance.kit import (
    ADMIN,
    AGENT,
    ALICE,
    APP,
    BOB,
    CI,
    CLAUDE,
    DEV,
    GUARD,
    KEYS,
    PAID,
    REJECT,
    WITHDRAW,
    Change,
    Key,
    M,
    Scene,
    edit,
    envelope,
)


@dataclass(frozen=True)
class Case:
    name: str
    verdict: str
    make: Callable[[], Scene]
    args: tuple[str, ...]
    words: tuple[str, ...]
    clone: str


CASES: list[Case] = []
LANDED = ("before..main",)


def case(
    verdict: str, *words: str, args: tuple[str, ...] = ("feat",), clone: str = "mirror"
) -> Callable[[Callable[[], Scene]], Callable[[], Scene]]:
    """Register a scene."""

    def register(make: Callable[[], Scene]) -> Callable[[], Scene]:
        CASES.append(Case(make.__name__, verdict, make, args, words, clone))
        return make

    return register


def approved(**options: object) -> Scene:
    """One branch, approved by alice as it is."""
    scene = Scene(**options)  # type: ignore[arg-type]
    scene.feat()
    scene.add()
    return scene


def before(scene: Scene) -> Scene:
    scene.git.refs["refs/tags/before"] = scene.main
    return scene


# --- the plain job


@case("satisfied", "approved by alice")
def approve_exact() -> Scene:
    """One good approval of the very head."""
    return approved().write()


@case("violated", "0 of 1 approvals")
def no_record() -> Scene:
    """Nobody decided anything."""
    scene = Scene()
    scene.feat()
    return scene


@case("satisfied", "approved by alice")
def sha256_repository() -> Scene:
    """The same in a repository with SHA-256 object ids."""
    return approved(object_format="sha256").write()


@case("satisfied", "approved by alice, bob")
def two_approvals() -> Scene:
    """Two people where two are asked for."""
    scene = approved(approvals=2)
    scene.add("bob")
    return scene.write()


@case("violated", "1 of 2 approvals")
def one_of_two_approvals() -> Scene:
    """One person where two are asked for."""
    return approved(approvals=2).write()


@case("violated", "1 of 2 approvals")
def one_person_two_keys() -> Scene:
    """Two keys of one person are one person."""
    scene = Scene(approvals=2, extra=f'alice namespaces="decision@reviewconsole" {KEYS["alice-two"].line}\n')
    scene.feat()
    scene.add()
    scene.add(key="alice-two")
    return scene.write()


@case("violated", "1 of 2 approvals")
def one_person_two_devices() -> Scene:
    """Two logs of one key are one person."""
    scene = approved(approvals=2)
    scene.add(device="11111111")
    return scene.write()


@case("violated", "0 of 1 approvals")
def person_outside_the_group() -> Scene:
    """carol has a key, and no rule names her."""
    scene = Scene()
    scene.feat()
    scene.add("carol")
    return scene.write()


@case("satisfied", "not in scope")
def work_of_people_is_out_of_scope() -> Scene:
    """No evidence of AI, and the policy asks for AI-assisted changes alone."""
    scene = Scene()
    scene.feat(message="By hand\n")
    return scene


@case("violated", "0 of 1 approvals")
def everything_is_in_scope() -> Scene:
    """The same under scope = "all"."""
    scene = Scene(review='scope = "all"')
    scene.feat(message="By hand\n")
    return scene


@case("satisfied", "empty", args=("main..main",))
def empty_range() -> Scene:
    """Nothing to verify is said, and passes."""
    return Scene()


@case("violated", "no rule applies")
def no_rule_applies() -> Scene:
    """A change that no rule speaks about."""
    scene = approved(rule='paths = ["docs/**"]')
    return scene.write()


# --- carry-over


def rebased(change: Change, *, target: Change, then: Change | None = None, **options: object) -> Scene:
    """alice approves a branch, the target moves, the branch is rebased with `then` as its content."""
    scene = Scene(**options)  # type: ignore[arg-type]
    old = scene.feat(change)
    scene.git.refs["refs/pull/1/head"] = old
    scene.add()
    scene.land(target)
    scene.feat(then or change)
    return scene


@case("satisfied", "same-content")
def same_content_rebased() -> Scene:
    """Rebased over a target that moved in another file."""
    return rebased({"app.py": PAID}, target={"other.py": b"o = 1\n"}).write()


@case("satisfied", '"replay"')
def replay_rebased() -> Scene:
    """Rebased over a target that moved in the same file."""
    return rebased(
        {"m.py": edit(M, x3="x3 = 33")},
        target={"m.py": edit(M, x30="x30 = 0")},
        then={"m.py": edit(M, x3="x3 = 33", x30="x30 = 0")},
    ).write()


@case("violated", "allows no more than same-content")
def replay_where_only_content_carries() -> Scene:
    """The same under carry_over = "same-content"."""
    return rebased(
        {"m.py": edit(M, x3="x3 = 33")},
        target={"m.py": edit(M, x30="x30 = 0")},
        then={"m.py": edit(M, x3="x3 = 33", x30="x30 = 0")},
        carry="same-content",
    ).write()


@case("violated", "the very head")
def content_where_only_the_head_counts() -> Scene:
    """Same content of another head under carry_over = "exact"."""
    return rebased({"app.py": PAID}, target={"other.py": b"o = 1\n"}, carry="exact").write()


@case("violated", "carried, not fresh")
def carried_where_fresh_is_asked_for() -> Scene:
    """Same content of another head under require = ["fresh"]."""
    return rebased({"app.py": PAID}, target={"other.py": b"o = 1\n"}, rule='require = ["fresh"]').write()


@case("violated", "beyond a mechanical rebase, in m.py")
def replay_with_one_byte_changed() -> Scene:
    """Rebased, with one byte more."""
    return rebased(
        {"m.py": edit(M, x3="x3 = 33")},
        target={"m.py": edit(M, x30="x30 = 0")},
        then={"m.py": edit(M, x3="x3 = 34", x30="x30 = 0")},
    ).write()


@case("violated", "beyond a mechanical rebase, in guard.py")
def replay_with_white_space_changed() -> Scene:
    """A line moved out of its `if` by nothing but indentation, which patch ids do not see."""
    good = GUARD.replace(b"    return user\n", b"    return user or None\n")
    evil = good.replace(b"        grant(user)\n", b"    grant(user)\n")
    return rebased(
        {"guard.py": good}, target={"guard.py": b"# guard\n" + GUARD}, then={"guard.py": b"# guard\n" + evil}
    ).write()


@case("violated", "beyond a mechanical rebase, in m.py")
def replay_with_a_relocated_hunk() -> Scene:
    """The same lines added elsewhere in the file."""
    added = M.replace(b"x5 = 5\n", b"x5 = 5\ncheck()\n")
    moved = edit(M, x30="x30 = 0").replace(b"x25 = 25\n", b"x25 = 25\ncheck()\n")
    return rebased({"m.py": added}, target={"m.py": edit(M, x30="x30 = 0")}, then={"m.py": moved}).write()


@case("violated", "beyond a mechanical rebase, in extra.py, m.py")
def replay_with_another_file() -> Scene:
    """Rebased, with a file more, under the same ref."""
    return rebased(
        {"m.py": edit(M, x3="x3 = 33")},
        target={"m.py": edit(M, x30="x30 = 0")},
        then={"m.py": edit(M, x3="x3 = 33", x30="x30 = 1"), "extra.py": b"e = 1\n"},
    ).write()


@case("violated", "beyond a mechanical rebase, in m.py")
def replay_that_drops_a_fix_of_the_target() -> Scene:
    """The rebase takes back what the target gained meanwhile."""
    return rebased(
        {"m.py": edit(M, x3="x3 = 33")}, target={"m.py": edit(M, x30="x30 = 0")}, then={"m.py": edit(M, x3="x3 = 33")}
    ).write()


@case("violated", "conflicts with the new base in m.py")
def replay_with_a_conflict() -> Scene:
    """A conflict was settled by hand, so a person must look."""
    return rebased(
        {"m.py": edit(M, x3="x3 = 33")}, target={"m.py": edit(M, x3="x3 = 7")}, then={"m.py": edit(M, x3="x3 = 337")}
    ).write()


@case("violated", "beyond a mechanical rebase, in app.py")
def replay_with_a_mode_bit() -> Scene:
    """Made executable on the way."""
    return rebased({"app.py": PAID}, target={"other.py": b"o = 1\n"}, then={"app.py": ("100755", PAID)}).write()


@case("undecidable", "git fetch origin")
def replay_without_the_old_head() -> Scene:
    """The head that was approved is nowhere here."""
    scene = rebased(
        {"m.py": edit(M, x3="x3 = 33")},
        target={"m.py": edit(M, x30="x30 = 0")},
        then={"m.py": edit(M, x3="x3 = 33", x30="x30 = 0")},
    )
    del scene.git.refs["refs/pull/1/head"]
    return scene.write()


@case("satisfied", '"replay"')
def replay_of_an_updated_branch() -> Scene:
    """The target was merged into the branch after the approval."""
    scene = Scene()
    old = scene.feat({"m.py": edit(M, x3="x3 = 33")})
    scene.add()
    scene.land({"m.py": edit(M, x30="x30 = 0")})
    scene.merge(old, scene.main, {"m.py": edit(M, x3="x3 = 33", x30="x30 = 0")}, author=DEV)
    return scene.write()


@case("satisfied", "same-content")
def replay_of_what_is_under_another_ref() -> Scene:
    """The same content, offered by another branch."""
    scene = approved()
    scene.land({"other.py": b"o = 1\n"})
    scene.feat(ref="again")
    del scene.git.refs["refs/heads/feat"]
    scene.git.refs["refs/heads/feat"] = scene.git.refs.pop("refs/heads/again")
    return scene.write()


@case("violated", "0 of 1 approvals")
def an_empty_change_is_never_carried() -> Scene:
    """An approval of an empty change does not reach another empty change."""
    scene = Scene()
    scene.feat({})
    scene.add()
    scene.feat({}, message=f"Again\n\n{CLAUDE}\n")
    return scene.write()


@case("violated", "the content has changed since")
def amended_after_the_approval() -> Scene:
    """A push with other content."""
    scene = Scene()
    scene.git.refs["refs/pull/1/head"] = scene.feat()
    scene.add()
    scene.feat({"app.py": APP.replace(b"1", b"3")})
    return scene.write()


@case("violated", "the note hangs on another object")
def amended_with_the_note_rewritten() -> Scene:
    """`notes.rewriteRef` copied the note to the amended commit."""
    scene = Scene()
    scene.feat()
    scene.add()
    lines = scene.lines.popitem()[1].popitem()[1]
    scene.feat({"app.py": APP.replace(b"1", b"3")})
    scene.line(scene.log("alice"), scene.head, lines[0])
    return scene.write()


# --- what has landed


@case("satisfied", "same-content", args=LANDED)
def landed_squash() -> Scene:
    """Squashed onto a target that moved elsewhere."""
    scene = approved()
    scene.land({"other.py": b"o = 1\n"})
    before(scene).land({"app.py": PAID}, message=f"Squash\n\n{CLAUDE}\n", author=DEV)
    return scene.write()


@case("satisfied", '"replay"', args=LANDED)
def landed_squash_over_the_same_file() -> Scene:
    """Squashed onto a target that moved in the same file."""
    scene = Scene()
    scene.feat({"m.py": edit(M, x3="x3 = 33")})
    scene.add()
    scene.land({"m.py": edit(M, x30="x30 = 0")})
    before(scene).land({"m.py": edit(M, x3="x3 = 33", x30="x30 = 0")}, message=f"Squash\n\n{CLAUDE}\n", author=DEV)
    return scene.write()


@case("violated", "beyond a mechanical rebase, in m.py", args=LANDED)
def landed_squash_with_more() -> Scene:
    """Squashed with a line more."""
    scene = Scene()
    scene.feat({"m.py": edit(M, x3="x3 = 33")})
    scene.add()
    scene.land({"m.py": edit(M, x30="x30 = 0")})
    before(scene).land(
        {"m.py": edit(M, x3="x3 = 33", x30="x30 = 0", x20="x20 = 'evil'")}, message=f"Squash\n\n{CLAUDE}\n", author=DEV
    )
    return scene.write()


def merged(extra: Change | None = None, *, base: Change | None = None) -> Scene:
    scene = Scene()
    feat = scene.feat({"m.py": edit(M, x3="x3 = 33")})
    scene.add()
    scene.land(base or {"m.py": edit(M, x30="x30 = 0")})
    lines = {"x3": "x3 = 33"} if base else {"x3": "x3 = 33", "x30": "x30 = 0"}
    before(scene).land(
        {"m.py": edit(M, **lines), **(extra or {})}, feat, message=f"Merge feat\n\n{CLAUDE}\n", author=BOB
    )
    return scene.write()


@case("satisfied", '"replay"', args=LANDED)
def landed_merge() -> Scene:
    """A merge commit over a target that moved in the same file."""
    return merged()


@case("satisfied", "same-content", args=LANDED)
def landed_merge_elsewhere() -> Scene:
    """A merge commit over a target that moved elsewhere."""
    return merged(base={"other.py": b"o = 1\n"})


@case("violated", "the merge changes app.py beyond what git alone makes of its parents", args=LANDED)
def landed_evil_merge() -> Scene:
    """A merge commit that adds what neither parent has."""
    return merged({"app.py": b"import os\n"})


@case("violated", "the merge changes other.py beyond what git alone makes of its parents", args=LANDED)
def landed_merge_that_drops_a_fix() -> Scene:
    """A merge commit that takes a fix of the target back."""
    return merged({"other.py": None}, base={"other.py": b"o = 1\n"})


def integration(*, second: bool) -> Scene:
    """Two branches, merged into a third, which is merged into main."""
    scene = Scene()
    one = scene.feat({"m.py": edit(M, x3="x3 = 33")}, ref="one")
    scene.add(ref="refs/heads/one")
    two = scene.feat({"app.py": PAID}, ref="two")
    if second:
        scene.add(ref="refs/heads/two")
    first = scene.merge(scene.main, one, {"m.py": edit(M, x3="x3 = 33")}, ref="int")
    both = scene.merge(first, two, {"app.py": PAID}, ref="int")
    before(scene).land({"m.py": edit(M, x3="x3 = 33"), "app.py": PAID}, both, message=f"Merge int\n\n{CLAUDE}\n")
    return scene.write()


@case("satisfied", "the mechanical merge of 2 commits", args=LANDED)
def landed_merge_of_covered_commits() -> Scene:
    """Each part was approved by itself, and git alone made the rest."""
    return integration(second=True)


@case("violated", "in it is violated", args=LANDED)
def landed_merge_with_an_uncovered_commit() -> Scene:
    """One of the parts was approved by nobody."""
    return integration(second=False)


@case("violated", "0 of 1 approvals", args=LANDED)
def landed_side_branch_with_its_own_policy() -> Scene:
    """The side branch weakens the policy first, then works under it; the target's policy judges it."""
    scene = Scene()
    weak = scene.policy.replace('from = ["seniors"]', 'from = ["seniors", "carol"]')
    side = scene.feat({".reviewconsole/policy.toml": weak.encode()}, message="Weaken\n")
    side = scene.feat({"app.py": PAID}, parent=side)
    scene.add("carol", base=scene.git.parents[side][0])
    before(scene).land(
        {"app.py": PAID, ".reviewconsole/policy.toml": weak.encode()}, side, message=f"Merge\n\n{CLAUDE}\n"
    )
    return scene.write()


def run_of_two(*, approve: bool = True, extra: bool = False) -> Scene:
    """A branch of two commits, approved as one, fast-forwarded."""
    scene = before(Scene())
    first = scene.feat({"m.py": edit(M, x3="x3 = 33")})
    second = scene.feat({"m.py": edit(M, x3="x3 = 33", x9="x9 = 9.5")}, parent=first)
    if approve:
        scene.add()
    scene.main = scene.git.refs["refs/heads/main"] = second
    if extra:
        scene.land({"app.py": PAID}, message=f"More\n\n{CLAUDE}\n", author=DEV)
    return scene.write()


@case("satisfied", "approved as one with 2 commits", args=LANDED)
def landed_commits_approved_as_one() -> Scene:
    """Fast-forward of a branch that was approved as a whole."""
    return run_of_two()


@case("violated", "approved as one with 2 commits", args=LANDED)
def landed_commits_approved_as_one_and_one_more() -> Scene:
    """The same with a commit more, which nobody approved."""
    return run_of_two(extra=True)


@case("violated", "0 of 1 approvals", args=LANDED)
def landed_later_approval_taken_back_as_an_earlier_one() -> Scene:
    """What bob approved later is taken back by nobody's leave: the three commits together are what alice approved."""
    scene = before(Scene())
    first = scene.feat({"m.py": edit(M, x3="x3 = 33")})
    scene.add()
    second = scene.feat({"m.py": edit(M, x3="x3 = 34")}, parent=first)
    scene.add("bob", base=first)
    third = scene.feat({"m.py": edit(M, x3="x3 = 33")}, parent=second)
    scene.main = scene.git.refs["refs/heads/main"] = third
    return scene.write()


@case("violated", "rejected by bob", args=LANDED)
def landed_merge_of_covered_commits_that_was_rejected_as_a_whole() -> Scene:
    """alice approved each commit, bob rejected all of it as a squash; the branch is merged."""
    scene = before(Scene())
    first = scene.feat({"m.py": edit(M, x3="x3 = 33")})
    scene.add()
    second = scene.feat({"app.py": PAID}, parent=first)
    scene.add(base=first)
    squash = scene.feat({"m.py": edit(M, x3="x3 = 33"), "app.py": PAID}, ref="squash")
    scene.add("bob", squash, decision=REJECT)
    scene.land(dict(scene.git.files[second]), second, message=f"Merge\n\n{CLAUDE}\n")
    return scene.write()


@case("violated", "0 of 1 approvals", args=LANDED)
def landed_without_any_approval() -> Scene:
    """Two commits that nobody approved."""
    return run_of_two(approve=False)


@case("satisfied", "before the introduction", args=("before..main", "--introduction", "main"))
def before_the_introduction() -> Scene:
    """What lies before the pinned policy commit is out of scope."""
    scene = before(Scene())
    scene.land({"app.py": PAID}, message=f"Old\n\n{CLAUDE}\n")
    return scene


@case("violated", "0 of 1 approvals", args=("before..main", "--introduction", "start"))
def after_the_introduction() -> Scene:
    """What has landed since the pinned policy commit is judged."""
    scene = before(Scene())
    scene.git.refs["refs/tags/start"] = scene.land({"other.py": b"o = 1\n"})
    scene.land({"app.py": PAID}, message=f"New\n\n{CLAUDE}\n")
    return scene


@case("undecidable", "is not in the history", args=("main", "--introduction", "away"))
def introduction_that_is_gone() -> Scene:
    """The pinned commit is in the target's history no more."""
    scene = Scene()
    scene.git.refs["refs/tags/away"] = scene.git.commit({"a": b"b\n"}, author=ADMIN)
    return scene


def spent(*, squash: bool = True, commits: int = 1, **options: object) -> Scene:
    """alice's approval lands, bob's approved revert takes it back."""
    scene = Scene(**options)  # type: ignore[arg-type]
    scene.feat({"app.py": PAID})
    if commits == 2:
        scene.feat({"m.py": edit(M, x3="x3 = 33")}, parent=scene.head)
    scene.add()
    scene.git.refs["refs/pull/1/head"] = scene.head
    if squash:
        scene.land({path: scene.git.files[scene.head][path] for path in ("app.py", "m.py")}, message="Land\n")
    else:
        scene.main = scene.git.refs["refs/heads/main"] = scene.head
    landed = scene.main
    scene.land({"app.py": APP, "m.py": M}, message="Revert\n", author=DEV)
    scene.add("bob", scene.main, base=landed)
    return scene


@case("violated", "and was taken back since", args=LANDED)
def landed_again_after_a_revert() -> Scene:
    """What an approved revert took back lands again on the old approval, as a squash."""
    scene = before(spent())
    scene.land({"app.py": PAID}, message=f"Again\n\n{CLAUDE}\n", author=DEV)
    return scene.write()


@case("violated", "and was taken back since", args=LANDED)
def landed_again_after_a_revert_of_the_whole_branch() -> Scene:
    """A branch of two commits was fast-forwarded and taken back as one; it lands again as a squash."""
    scene = before(spent(squash=False, commits=2))
    scene.land({"app.py": PAID, "m.py": edit(M, x3="x3 = 33")}, message=f"Again\n\n{CLAUDE}\n", author=DEV)
    return scene.write()


@case("violated", "and was taken back since", args=LANDED)
def landed_again_by_a_merge_of_the_old_branch() -> Scene:
    """The branch landed as a squash and was taken back; its old head, approved as it is, is merged now."""
    scene = before(spent())
    scene.land({"app.py": PAID}, scene.git.refs["refs/pull/1/head"], message=f"Merge\n\n{CLAUDE}\n", author=DEV)
    return scene.write()


@case("violated", "and was taken back since", args=LANDED)
def landed_again_in_part_over_other_work() -> Scene:
    """The same file was worked on between; what was taken back of it returns by replay."""
    scene = Scene()
    scene.feat({"m.py": edit(M, x3="x3 = 33", x20="x20 = 2")})
    scene.add()
    scene.git.refs["refs/pull/1/head"] = scene.head
    scene.land({"m.py": edit(M, x3="x3 = 33", x20="x20 = 2")}, message=f"Land\n\n{CLAUDE}\n")
    scene.land({"m.py": edit(M, x20="x20 = 2", x38="x38 = 0")}, message="Take x3 back\n")
    before(scene).land({"m.py": edit(M, x3="x3 = 33", x20="x20 = 2", x38="x38 = 0")}, message=f"Again\n\n{CLAUDE}\n")
    return scene.write()


@case("violated", "and was taken back since", args=("refs/pull/1/head",))
def offered_again_after_a_revert() -> Scene:
    """The very head that was approved, offered again after its squash was taken back."""
    return spent().write()


@case("satisfied", "approved by alice", args=LANDED)
def landed_again_after_a_new_approval() -> Scene:
    """The same content, rebased on the revert and approved again."""
    scene = before(spent())
    scene.feat({"app.py": PAID}, message=f"Again\n\n{CLAUDE}\n")
    scene.add(base=scene.main)
    scene.land({"app.py": PAID}, message=f"Land again\n\n{CLAUDE}\n", author=DEV)
    return scene.write()


@case("satisfied", "approved by alice", args=("refs/pull/1/head",))
def left_over_branch_of_what_stands() -> Scene:
    """A squashed branch whose content still stands in the target: nothing was taken back."""
    scene = Scene()
    scene.git.refs["refs/pull/1/head"] = scene.feat()
    scene.add()
    scene.land({"app.py": PAID}, message="Land\n")
    scene.land({"other.py": b"o = 1\n"})
    return scene.write()


@case("undecidable", "cannot be told whether alice took part", args=LANDED)
def landed_squash_of_a_head_that_is_gone() -> Scene:
    """dev squashes what alice says she approved at a head that is not here: she may have written it."""
    scene = approved()
    del scene.git.refs["refs/heads/feat"]
    before(scene).land({"app.py": PAID}, message=f"Squash\n\n{CLAUDE}\n", author=DEV)
    return scene.write()


@case("satisfied", "same-content", args=LANDED)
def landed_squash_of_a_head_that_the_log_keeps() -> Scene:
    """The branch is gone, and the log's commit has its head for a parent."""
    scene = landed_squash_of_a_head_that_is_gone()
    log = scene.log("alice")
    scene.git.refs[log] = scene.git.commit(scene.git.files[scene.git.refs[log]], (scene.head,), author=ADMIN)
    return scene


def taken_apart(*, override: bool = False) -> Scene:
    """alice rejects a branch of two commits, bob approves each by itself, both land one by one."""
    scene = Scene(review='scope = "all"')
    first = scene.feat({"m.py": edit(M, x3="x3 = 33")}, ref="one", message="One\n")
    second = scene.feat({"app.py": PAID}, parent=first, message="Two\n")
    alone = scene.feat({"app.py": PAID}, ref="two", message="Two alone\n")
    no = scene.add("alice", second, decision=REJECT)
    scene.add("bob", first, ref="refs/heads/one")
    scene.add("bob", alone, ref="refs/heads/two")
    if override:
        scene.add("bob", second, overrides=(no,))
    before(scene).land({"m.py": edit(M, x3="x3 = 33")}, message="One again\n", author=DEV)
    scene.land({"app.py": PAID}, message="Two again\n", author=DEV)
    return scene.write()


@case("violated", "rejected by alice", args=LANDED)
def rejected_as_a_whole_and_landed_in_pieces() -> Scene:
    """Each commit of a rejected branch was approved by itself, and they land one by one."""
    return taken_apart()


@case("satisfied", "approved by bob", args=LANDED)
def rejected_as_a_whole_and_overridden() -> Scene:
    """The same, with an approval of the whole that names the reject."""
    return taken_apart(override=True)


# --- replayed and altered records


def altered(why: str, name: str, what: str, **over: object) -> None:
    def make() -> Scene:
        scene = Scene()
        scene.feat()
        scene.add(**over)  # type: ignore[arg-type]
        return scene.write()

    make.__doc__, make.__name__ = what, name
    case("violated", why)(make)


altered(
    "another repository",
    "record_for_another_repository",
    "Signed for a fork or namesake.",
    repository_id="sha256:" + "e" * 64,
)
altered("0 of 1 approvals", "record_for_another_target", "Signed for another target.", target_ref="refs/heads/release")
altered(
    "content is not what was signed",
    "record_with_another_digest",
    "The content digest is another one.",
    diff_sha256="6" * 64,
)
altered("other trees", "record_with_another_base_tree", "The tree of the base is another one.", base_tree=Oid("9" * 40))
altered("other trees", "record_with_another_head_tree", "The tree of the head is another one.", head_tree=Oid("9" * 40))
altered("other paths", "record_with_other_paths", "The digest of the paths is another one.", paths_sha256="0" * 64)
altered("other paths", "record_with_another_count_of_paths", "The count of paths is another one.", paths_count=7)
altered(
    "boundary evidence",
    "record_with_other_boundary_evidence",
    "The boundary evidence is another one.",
    boundary_sha256="0" * 64,
)
altered("has expired", "record_that_has_expired", "The record's own end is past.", expires_at="2026-11-30T10:00:00Z")
altered(
    "no [emergency]",
    "emergency_without_a_policy_for_it",
    "Break-glass where the policy has none.",
    emergency=True,
    expires_at="2026-12-01T13:00:00Z",
)


altered(
    "another object format",
    "record_for_another_object_format",
    "The record says SHA-256 of a SHA-1 repository.",
    object_format="sha256",
)


@case("violated", "signed for another base")
def record_with_another_base() -> Scene:
    """The base is another commit than the one of this change, with the same tree."""
    scene = Scene()
    scene.feat()
    att = replace(scene.att(), base=Oid("9" * 40))
    scene.line(scene.log("alice"), att.head, envelope(payload_bytes(att), KEYS["alice"]))
    return scene.write()


@case("violated", "0 of 1 approvals")
def record_for_another_head() -> Scene:
    """An approval of a branch with other content, under its own ref."""
    scene = Scene()
    scene.feat({"other.py": b"o = 2\n"}, ref="elsewhere")
    scene.add(ref="refs/heads/elsewhere")
    scene.feat()
    return scene.write()


@case("violated", "content is not what was signed")
def record_for_another_base() -> Scene:
    """The same head, approved as if less had changed."""
    scene = Scene()
    first = scene.feat({"m.py": edit(M, x3="x3 = 33")})
    scene.feat({"app.py": PAID}, parent=first)
    scene.add(base=first)
    return scene.write()


@case("violated", "had 1 of 2 hunks on screen")
def read_all_and_not_all_was_read() -> Scene:
    """One hunk of two was on screen."""
    scene = Scene(rule='require = ["read-all"]')
    scene.feat()
    scene.add(hunks=2, viewed=1, reviewed_tree=scene.git.trees[scene.root])
    return scene.write()


@case("satisfied", "approved by alice")
def read_all() -> Scene:
    """Everything was on screen."""
    return approved(rule='require = ["read-all"]').write()


@case("violated", "did not acknowledge swallowed-error")
def acknowledge_high_and_nothing_was_said() -> Scene:
    """A finding of high severity that the approval does not speak about."""
    scene = Scene(rule='require = ["acknowledge-high"]')
    scene.feat({"app.py": b"def pay():\n    try:\n        charge()\n    except Exception:\n        pass\n"})
    scene.add(risk="high")
    return scene.write()


# --- people


def taking_part(name: str, what: str, words: str = "took part", **who: str) -> None:
    def make() -> Scene:
        scene = Scene()
        scene.feat(**who)
        scene.add()
        return scene.write()

    make.__name__, make.__doc__ = name, what
    case("violated", words)(make)


taking_part("author_approves", "The author approves.", author=ALICE)
taking_part(
    "author_approves_from_another_address",
    "The author approves, under another address of theirs.",
    author="A <alice@home.example>",
)
taking_part(
    "author_approves_in_capitals", "The address in the commit is spelt in capitals.", author="A <ALICE@Example.COM>"
)
taking_part("committer_approves", "The committer approves.", committer=ALICE)
taking_part(
    "co_author_approves", "A co-author approves.", message=f"Work\n\nCo-authored-by: A <alice@example.com>\n{CLAUDE}\n"
)
taking_part(
    "co_author_in_the_middle_approves",
    "The co-author's line is no trailer to git.",
    message=f"Work\n\nco-authored-by: A <alice@example.com>\n{CLAUDE}\n\nand more text\n",
)
taking_part("operator_approves", "Who drove the agent approves.", author=AGENT, committer=ALICE)


@case("satisfied", "approved by bob")
def another_than_the_author_approves() -> Scene:
    """alice wrote it, bob approves."""
    scene = Scene()
    scene.feat(author=ALICE)
    scene.add("bob")
    return scene.write()


@case("violated", "took part")
def author_of_an_earlier_commit_approves() -> Scene:
    """alice wrote the first of two commits."""
    scene = Scene()
    first = scene.feat({"m.py": edit(M, x3="x3 = 33")}, author=ALICE)
    scene.feat({"app.py": PAID}, parent=first)
    scene.add()
    return scene.write()


def updated_by_alice(extra: Change) -> Scene:
    scene = Scene()
    old = scene.feat({"m.py": edit(M, x3="x3 = 33")})
    base = scene.land({"m.py": edit(M, x30="x30 = 0")})
    scene.merge(
        old, base, {"m.py": edit(M, x3="x3 = 33", x30="x30 = 0"), **extra}, author=ALICE, message="Merge main\n"
    )
    scene.add(base=base)
    return scene.write()


@case("satisfied", "approved by alice")
def who_updated_the_branch_approves() -> Scene:
    """alice merged the target in, and git alone made that merge."""
    return updated_by_alice({})


@case("violated", "took part")
def who_wrote_in_a_merge_approves() -> Scene:
    """alice merged the target in, and changed a line beside."""
    return updated_by_alice({"app.py": PAID})


@case("satisfied", '"replay"')
def who_rebased_keeps_their_approval() -> Scene:
    """alice approved, then rebased: she is committer, and wrote nothing."""
    scene = Scene()
    scene.git.refs["refs/pull/1/head"] = scene.feat({"m.py": edit(M, x3="x3 = 33")})
    scene.add()
    scene.land({"m.py": edit(M, x30="x30 = 0")})
    scene.feat({"m.py": edit(M, x3="x3 = 33", x30="x30 = 0")}, committer=ALICE)
    return scene.write()


@case("undecidable", "no person claims dev@example.com")
def unknown_author_refused() -> Scene:
    """unknown_authors = "refuse", and nobody claims the author's address."""
    return approved(review='unknown_authors = "refuse"').write()


# --- keys and signatures


@case("violated", "not one of mallory")
def stranger_approves() -> Scene:
    """A key that no line of allowed_signers has."""
    scene = Scene()
    scene.feat()
    scene.add("mallory")
    return scene.write()


@case("violated", "not one of alice")
def stranger_approves_in_the_name_of_a_person() -> Scene:
    """mallory's key, alice's name."""
    scene = Scene()
    scene.feat()
    scene.add(key="mallory")
    return scene.write()


@case("violated", "not one of alice")
def person_approves_in_the_name_of_another() -> Scene:
    """bob's key, alice's name."""
    scene = Scene()
    scene.feat()
    scene.add(key="bob")
    return scene.write()


@case("satisfied", "approved by alice")
def foreign_writer_in_a_log() -> Scene:
    """bob wrote a record of his into alice's log: it does not count, and breaks nothing."""
    scene = approved()
    payload = payload_bytes(scene.att("bob", device="22222222"))
    scene.line(scene.log("alice"), scene.head, envelope(payload, KEYS["bob"]))
    return scene.write()


def windowed(
    name: str, verdict: str, words: str, what: str, options: str = "", revoked: str | None = None, **over: object
) -> None:
    def make() -> Scene:
        scene = Scene(options=options, revoked=revoked)
        scene.feat()
        scene.add(**over)  # type: ignore[arg-type]
        return scene.write()

    make.__name__, make.__doc__ = name, what
    case(verdict, words)(make)


ALICE_PRINT = fingerprint(KEYS["alice"].blob)
windowed(
    "key_in_its_window",
    "satisfied",
    "approved by alice",
    "The key is valid now.",
    ',valid-after="20260101Z",valid-before="20270101Z"',
)
windowed("key_expired", "violated", "no longer valid", "The key has expired.", ',valid-before="20261101Z"')
windowed(
    "key_expired_and_record_back_dated",
    "violated",
    "no longer valid",
    "The key has expired, and the record says it is older.",
    ',valid-before="20261101Z"',
    decided_at="2020-01-01T00:00:00Z",
)
windowed("key_not_yet_valid", "violated", "not valid yet", "The key is not valid yet.", ',valid-after="20270101Z"')
windowed("key_revoked_by_fingerprint", "violated", "revoked", "The key is revoked.", revoked=ALICE_PRINT + "\n")
windowed(
    "key_revoked_by_public_key",
    "violated",
    "revoked",
    "The key is revoked, named by itself.",
    revoked=KEYS["alice"].line + "\n",
)
windowed(
    "key_revoked_since",
    "violated",
    "revoked",
    "The key is revoked since a day that is past.",
    revoked=f'revoked-at="20261115Z" {ALICE_PRINT}\n',
)
windowed(
    "key_revoked_from_a_day_to_come",
    "satisfied",
    "approved by alice",
    "The key will be revoked.",
    revoked=f'revoked-at="20261224Z" {ALICE_PRINT}\n',
)
windowed(
    "another_key_revoked",
    "satisfied",
    "approved by alice",
    "Somebody else's key is revoked.",
    revoked=fingerprint(KEYS["bob"].blob) + "\n",
)


def signed_otherwise(
    name: str, words: str, what: str, make_line: Callable[[bytes], bytes], verdict: str = "violated"
) -> None:
    def make() -> Scene:
        scene = Scene()
        scene.feat()
        att = scene.att()
        text = summary(att).encode() + b"\n\n" + make_line(payload_bytes(att)) + b"\n"
        return scene.raw(att.head, text)

    make.__name__, make.__doc__ = name, what
    case(verdict, words)(make)


def _json(line: bytes, **changed: object) -> bytes:
    return json.dumps({**json.loads(line), **changed}, separators=(",", ":")).encode()


def _spoilt(payload: bytes) -> bytes:
    body = json.loads(envelope(payload, KEYS["alice"]))
    rows = base64.b64decode(body["signatures"][0]["sig"]).decode().split("\n")
    rows[4] = rows[4][:10] + ("A" if rows[4][10] != "A" else "B") + rows[4][11:]
    body["signatures"][0]["sig"] = base64.b64encode("\n".join(rows).encode()).decode()
    return json.dumps(body, separators=(",", ":")).encode()


def _two(payload: bytes) -> bytes:
    body = json.loads(envelope(payload, KEYS["alice"]))
    body["signatures"] *= 2
    return json.dumps(body, separators=(",", ":")).encode()


def _keyid(payload: bytes) -> bytes:
    body = json.loads(envelope(payload, KEYS["alice"]))
    body["signatures"][0]["keyid"] = fingerprint(KEYS["bob"].blob)
    return json.dumps(body, separators=(",", ":")).encode()


signed_otherwise(
    "signature_hash_sha256",
    "approved by alice",
    "SSHSIG with hash sha256 is as good.",
    lambda p: envelope(p, KEYS["alice"], hash_name="sha256"),
    "satisfied",
)
signed_otherwise(
    "signature_for_another_namespace",
    "another namespace",
    "A commit signature of git's is no decision.",
    lambda p: envelope(p, KEYS["alice"], "git"),
)
signed_otherwise(
    "signature_of_another_payload",
    "not of this message",
    "A good signature of other bytes.",
    lambda p: envelope(p, KEYS["alice"], signed=p.replace(b"Read it.", b"Read up.")),
)
signed_otherwise("signature_spoilt", "envelope 1", "One character of the signature is changed.", _spoilt)
signed_otherwise("signature_twice", "one signature", "An envelope with two signatures.", _two)
signed_otherwise("signature_key_id_lies", "key id", "The key id names another key.", _keyid)
signed_otherwise(
    "envelope_payload_type",
    "payloadType",
    "Another payload type.",
    lambda p: _json(envelope(p, KEYS["alice"]), payloadType="text/plain"),
)
signed_otherwise(
    "envelope_unknown_key",
    "is not known here",
    "A field that no version knows.",
    lambda p: _json(envelope(p, KEYS["alice"]), more=1),
)
signed_otherwise(
    "envelope_duplicate_key",
    "envelope 1",
    "The payload stands twice in the envelope.",
    lambda p: envelope(p, KEYS["alice"]).replace(b'{"payloadType"', b'{"payload":"e30=","payloadType"'),
)
signed_otherwise(
    "envelope_loose_base64",
    "is not base64",
    "Base64 with stray bits.",
    lambda p: _json(envelope(p, KEYS["alice"]), payload=base64.b64encode(p).decode() + "===="),
)


def touched(name: str, verdict: str, words: str, what: str, demand: str, flags: int | None) -> None:
    def make() -> Scene:
        keys = {} if flags is None else {"alice": Key("alice", touch=True, flags=flags)}
        scene = Scene(rule=f'require = ["{demand}"]' if demand else "", keys=keys)
        scene.feat()
        scene.add()
        return scene.write()

    make.__name__, make.__doc__ = name, what
    case(verdict, words)(make)


touched(
    "touch_given", "satisfied", "approved by alice", "A touched security key where a touch is asked for.", "touch", 1
)
touched(
    "touch_missing",
    "violated",
    "not touched",
    "A security-key signature without the presence flag, whatever the policy asks for.",
    "",
    0,
)
touched(
    "touch_asked_of_a_plain_key",
    "violated",
    "touched security key",
    "A key file where a touch is asked for.",
    "touch",
    None,
)
touched("pin_given", "satisfied", "approved by alice", "A verified security key where a PIN is asked for.", "pin", 5)
touched("pin_missing", "violated", "verified security key", "A touch where a PIN is asked for.", "pin", 1)


# --- the signed bytes


def payload(name: str, words: str, what: str, change: Callable[[bytes], bytes]) -> None:
    def make() -> Scene:
        scene = Scene()
        scene.feat()
        att = scene.att()
        raw = change(payload_bytes(att))
        scene.add("bob")
        scene.write()
        return scene.raw(att.head, summary(att).encode() + b"\n\n" + envelope(raw, KEYS["alice"]) + b"\n")

    make.__name__, make.__doc__ = name, what
    case("undecidable", "cannot read", words)(make)


def _deep(raw: bytes) -> bytes:
    return raw.replace(b'"overrides":[]', b'"overrides":' + b"[" * 40 + b"]" * 40)


def _subject(raw: bytes) -> bytes:
    body = json.loads(raw)
    body["subject"][0]["digest"]["gitCommit"] = "0" * 40
    return json.dumps(body, separators=(",", ":"), sort_keys=True).encode()


payload(
    "payload_duplicate_key",
    "decision",
    "Two decisions in one record: a parser that keeps the last would turn a reject round.",
    lambda p: p.replace(b'"decision":"approve"', b'"decision":"reject","decision":"approve"'),
)
payload("payload_nan", "envelope 1", "NaN is no JSON.", lambda p: p.replace(b'"count":0', b'"count":NaN'))
payload(
    "payload_infinite",
    "envelope 1",
    "A number beyond every float.",
    lambda p: p.replace(b'"count":0', b'"count":1e400'),
)
payload("payload_float", "envelope 1", "1.0 is not 1.", lambda p: p.replace(b'"viewed":1', b'"viewed":1.0'))
payload("payload_true_for_one", "envelope 1", "true is not 1.", lambda p: p.replace(b'"viewed":1', b'"viewed":true'))
payload(
    "payload_huge_integer",
    "envelope 1",
    "An integer of 400 digits.",
    lambda p: p.replace(b'"viewed":1', b'"viewed":' + b"9" * 400),
)
payload("payload_deep", "envelope 1", "Nested 40 deep.", _deep)
payload(
    "payload_large", "envelope 1", "Larger than 64 KiB.", lambda p: p.replace(b'"Read it."', b'"' + b"x" * 70000 + b'"')
)
payload(
    "payload_long_reason",
    "envelope 1",
    "A reason of 4,001 characters.",
    lambda p: p.replace(b'"Read it."', b'"' + b"x" * 4001 + b'"'),
)
payload("payload_spaces", "envelope 1", "Good JSON that is not canonical.", lambda p: p.replace(b'":{', b'": {', 1))
payload(
    "payload_order",
    "envelope 1",
    "Keys out of order.",
    lambda p: p.replace(b'"count":0,"sha256":', b'"sha256_":0,"sha256":', 1),
)
payload("payload_newline", "envelope 1", "A newline at the end.", lambda p: p + b"\n")
payload("payload_byte_order_mark", "envelope 1", "A byte order mark.", lambda p: b"\xef\xbb\xbf" + p)
payload("payload_utf16", "envelope 1", "UTF-16.", lambda p: p.decode().encode("utf-16"))
payload("payload_lone_surrogate", "envelope 1", "A lone surrogate.", lambda p: p.replace(b"Read it.", b"\\ud800"))
payload(
    "payload_unknown_field",
    "envelope 1",
    "A field that this version does not know.",
    lambda p: p.replace(b'"emergency":false', b'"emergency":false,"exempt":true'),
)
payload("payload_missing_field", "envelope 1", "A field is missing.", lambda p: p.replace(b'"emergency":false,', b""))
payload(
    "payload_unknown_version",
    "version of the predicate",
    "A predicate type of tomorrow.",
    lambda p: p.replace(b"decision:v1", b"decision:v2"),
)
payload(
    "payload_unknown_decision",
    "decision",
    "A decision that is none.",
    lambda p: p.replace(b'"decision":"approve"', b'"decision":"allowed"'),
)
payload(
    "payload_two_subjects",
    "one subject",
    "A record about two commits.",
    lambda p: p.replace(b'"subject":[', b'"subject":[{"digest":{"gitCommit":"' + b"0" * 40 + b'"},"name":"x"},'),
)
payload("payload_subject_differs", "not the subject", "Subject and change name different heads.", _subject)


# --- notes and logs


def laid_out(layout: str) -> None:
    def make() -> Scene:
        scene = Scene()
        for number in range(6):
            scene.feat({"n.py": b"n = %d\n" % number}, ref=f"other-{number}")
            scene.add(ref=f"refs/heads/other-{number}")
        scene.feat()
        scene.add()
        return scene.write(layout=layout)

    make.__name__ = f"notes_{layout}"
    make.__doc__ = f"Notes laid out as git may: {layout}."
    case("satisfied", "approved by alice")(make)


for fan_out in ("flat", "two", "three", "mixed"):
    laid_out(fan_out)


@case("satisfied", "does not say what the last record says")
def summary_unlike_payload() -> Scene:
    """The lines for people say something else: reported, and the signed bytes decide."""
    scene = approved()
    [(noted, lines)] = scene.lines[scene.log("alice")].items()
    return scene.raw(noted, note_text(lines).replace(b"Read it.", b"Read all."))


@case("satisfied", "not a note")
def junk_beside_a_record() -> Scene:
    """Junk in the notes tree is reported, and blocks nothing."""
    return approved().write(more={"README": b"hello\n"})


@case("satisfied", "is no envelope")
def junk_in_a_note() -> Scene:
    """Junk lines below the records are reported, and block nothing."""
    scene = approved()
    [(noted, lines)] = scene.lines[scene.log("alice")].items()
    return scene.raw(noted, note_text(lines) + b"lines of somebody else\n")


@case("violated", "larger than 1 MiB")
def a_note_too_large() -> Scene:
    """A note of more than 1 MiB is reported, not read."""
    scene = approved()
    [(noted, lines)] = scene.lines[scene.log("alice")].items()
    return scene.raw(noted, note_text(lines) + b"x" * (1 << 20))


@case("satisfied", "approved by bob")
def log_of_a_stranger_broken() -> Scene:
    """Somebody without a say has a log with a gap."""
    scene = Scene()
    scene.feat()
    scene.add("bob")
    scene.add("mallory", sequence=5, previous="sha256:" + "1" * 64, chain=False)
    return scene.write()


@case("undecidable", "a gap at record 1")
def log_with_its_first_record_dropped() -> Scene:
    """The first record of a log is gone."""
    scene = Scene()
    scene.feat({"m.py": edit(M, x3="x3 = 33")}, ref="other")
    scene.add(ref="refs/heads/other")
    first = scene.head
    scene.feat()
    scene.add()
    del scene.lines[scene.log("alice")][first]
    scene.add("bob")
    return scene.write()


@case("undecidable", "which bob observed, is missing")
def log_rewound() -> Scene:
    """alice's reject is gone; bob's record says that it was there."""
    scene = Scene()
    scene.feat()
    scene.add(decision=REJECT)
    scene.add("bob", observed=(scene.tip("alice"),))
    del scene.lines[scene.log("alice")]
    return scene.write()


@case("undecidable", "a fork at record")
def log_forked() -> Scene:
    """Two records follow the same one."""
    scene = approved()
    scene.add()
    scene.add(sequence=2, previous=_first(scene), chain=False, nonce="1" * 32)
    scene.add("bob")
    return scene.write()


def _first(scene: Scene) -> str:
    line = next(iter(scene.lines[scene.log("alice")].values()))[0]
    return record_id(parse_envelope(line).payload)


@case("undecidable", "does not follow the one before it")
def log_with_a_wrong_previous() -> Scene:
    """The second record names another one as its predecessor."""
    scene = approved()
    scene.add(sequence=2, previous="sha256:" + "9" * 64, chain=False)
    scene.add("bob")
    return scene.write()


@case("satisfied", "approved by alice, bob")
def observed_and_there() -> Scene:
    """bob observed alice's record, and it is there."""
    scene = approved(approvals=2)
    scene.add("bob", observed=(scene.tip("alice"),))
    return scene.write()


@case("violated", "rejected by bob")
def reject_in_a_broken_log() -> Scene:
    """A broken log's approvals do not count; its rejects still block."""
    scene = approved()
    scene.add("bob", decision=REJECT, sequence=3, previous="sha256:" + "1" * 64, chain=False)
    return scene.write()


@case("undecidable", "no records have been fetched", args=("origin/feat",), clone="branches")
def notes_not_fetched() -> Scene:
    """A clone that does not fetch notes."""
    return approved().write()


@case("undecidable", "shallow", args=("origin/feat",), clone="shallow")
def shallow_clone() -> Scene:
    """A clone with a history cut off."""
    return approved().write()


# --- rejects


@case("violated", "rejected by bob")
def reject_blocks() -> Scene:
    """An approval and a reject."""
    scene = approved()
    scene.add("bob", decision=REJECT)
    return scene.write()


@case("satisfied", "approved by alice")
def reject_of_somebody_without_a_say() -> Scene:
    """carol's reject does not block: no rule lets her approve."""
    scene = approved()
    scene.add("carol", decision=REJECT)
    return scene.write()


@case("satisfied", "approved by")
def reject_superseded() -> Scene:
    """bob approves after his own reject."""
    scene = approved()
    no = scene.add("bob", decision=REJECT)
    scene.add("bob", supersedes=(no,))
    return scene.write()


@case("satisfied", "approved by alice")
def reject_withdrawn() -> Scene:
    """bob takes his reject back."""
    scene = approved()
    no = scene.add("bob", decision=REJECT)
    scene.add("bob", decision=WITHDRAW, supersedes=(no,))
    return scene.write()


@case("violated", "rejected by bob")
def reject_superseded_by_another() -> Scene:
    """alice cannot take bob's reject back."""
    scene = Scene()
    scene.feat()
    no = scene.add("bob", decision=REJECT)
    scene.add(supersedes=(no,))
    return scene.write()


@case("satisfied", "approved by alice")
def reject_overridden() -> Scene:
    """alice's approval names bob's reject, and the quorum is met without him."""
    scene = Scene()
    scene.feat()
    no = scene.add("bob", decision=REJECT)
    scene.add(overrides=(no,))
    return scene.write()


@case("violated", "rejected by bob")
def reject_overridden_without_a_quorum() -> Scene:
    """Two approvals are asked for, and alice alone overrides."""
    scene = Scene(approvals=2)
    scene.feat()
    no = scene.add("bob", decision=REJECT)
    scene.add(overrides=(no,))
    return scene.write()


@case("violated", "rejected by bob")
def reject_carried_by_content() -> Scene:
    """The branch was rebased since bob's reject, under a rule of "exact"."""
    scene = Scene(carry="exact")
    scene.feat()
    scene.add("bob", decision=REJECT)
    base = scene.land({"other.py": b"o = 1\n"})
    scene.feat()
    scene.add(base=base)
    return scene.write()


@case("violated", "rejected by bob")
def reject_carried_by_replay() -> Scene:
    """Likewise over the same file."""
    scene = Scene(carry="exact")
    scene.git.refs["refs/pull/1/head"] = scene.feat({"m.py": edit(M, x3="x3 = 33")})
    scene.add("bob", decision=REJECT)
    base = scene.land({"m.py": edit(M, x30="x30 = 0")})
    scene.feat({"m.py": edit(M, x3="x3 = 33", x30="x30 = 0")})
    scene.add(base=base)
    return scene.write()


@case("undecidable", "whether that carries over cannot be told")
def reject_of_a_head_that_is_gone() -> Scene:
    """bob's reject of an earlier head of the ref, which is not here."""
    scene = Scene()
    scene.feat({"m.py": edit(M, x3="x3 = 33")})
    scene.add("bob", decision=REJECT)
    base = scene.land({"m.py": edit(M, x30="x30 = 0")})
    scene.feat({"m.py": edit(M, x3="x3 = 33", x30="x30 = 0")})
    scene.add(base=base)
    return scene.write()


@case("satisfied", "approved by alice")
def reject_of_a_revoked_key() -> Scene:
    """A revoked key's reject is shown, and blocks nothing."""
    scene = Scene(revoked=fingerprint(KEYS["bob"].blob) + "\n")
    scene.feat()
    scene.add()
    scene.add("bob", decision=REJECT)
    return scene.write()


@case("violated", "0 of 1 approvals")
def approval_withdrawn() -> Scene:
    """alice takes her approval back."""
    scene = Scene()
    scene.feat()
    yes = scene.add()
    scene.add(decision=WITHDRAW, supersedes=(yes,))
    return scene.write()


# --- the policy


@case("undecidable", "policy.toml")
def no_policy() -> Scene:
    """The target has no policy."""
    scene = approved()
    scene.main = scene.git.refs["refs/heads/main"] = scene.git.commit({"app.py": APP}, (scene.root,), author=ADMIN)
    return scene.write()


@case("undecidable", "allowed_signers")
def no_signers() -> Scene:
    """The target has a policy, and no signers."""
    scene = Scene(signers="")
    scene.feat()
    return scene


def broken(name: str, words: str, what: str, **options: object) -> None:
    def make() -> Scene:
        return approved(**options).write()

    make.__name__, make.__doc__ = name, what
    case("undecidable", words)(make)


broken("policy_unknown_key", "rule[0].surprise", "A key of the policy that is not known.", rule="surprise = true")
broken(
    "policy_unknown_person",
    "rule[1].from[0]",
    "A rule names somebody who is not there.",
    more='[[rule]]\nid = "x"\nfrom = ["zed"]',
)
broken(
    "policy_two_people_one_address",
    "already belongs",
    "Two people claim one address.",
    more='[people.dave]\nemails = ["bob@example.com"]',
)
broken(
    "policy_bad_pattern",
    "policy is not readable",
    "A constraint with a pattern that is none.",
    more='[[constraint]]\nid = "a"\nkind = "lines.forbid"\npattern = "("',
)
broken(
    "policy_other_trust_branch",
    "is none of the targets",
    "The trust branch is none of the targets: anybody could push signers there, so the policy does not count.",
    policy=Scene().policy.replace('targets = ["main"]', 'targets = ["main"]\ntrust = "keys"'),
)
broken(
    "policy_trust_branch_not_here",
    "the trust branch keys is not here",
    "The trust branch is a target that was not fetched, so nobody's key is known.",
    policy=Scene().policy.replace('targets = ["main"]', 'targets = ["main", "keys"]\ntrust = "keys"'),
)
broken(
    "signers_wildcard",
    "allowed_signers line 4",
    "A wildcard for a principal.",
    extra=f'* namespaces="decision@reviewconsole" {KEYS["mallory"].line}\n',
)
broken(
    "signers_authority",
    "allowed_signers line 4",
    "A certificate authority.",
    extra=f'mallory cert-authority,namespaces="decision@reviewconsole" {KEYS["mallory"].line}\n',
)
broken(
    "signers_no_namespace",
    "allowed_signers line 4",
    "A line without a namespace.",
    extra=f"mallory {KEYS['mallory'].line}\n",
)
broken(
    "signers_key_under_two_names",
    "allowed_signers line 4",
    "One key for two people.",
    extra=f'dave namespaces="decision@reviewconsole" {KEYS["alice"].line}\n',
)
broken(
    "signers_bad_line",
    "allowed_signers line 4",
    "A line that is none: ssh-keygen would skip it.",
    extra="alice ssh-ed25519 nonsense\n",
)
broken(
    "signers_small_order_key",
    "allowed_signers line 4",
    "A key that verifies anything.",
    extra='mallory namespaces="decision@reviewconsole" ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n',
)
broken(
    "revocations_unreadable", "revoked_keys line 1", "A revocation that cannot be read.", revoked="SHA256:nonsense\n"
)


def self_change(
    name: str, verdict: str, words: str, what: str, people: tuple[str, ...], change: Callable[[Scene], Change]
) -> None:
    def make() -> Scene:
        scene = Scene()
        scene.feat(change(scene))
        for who in people:
            scene.add(who)
        return scene.write()

    make.__name__, make.__doc__ = name, what
    case(verdict, words)(make)


def _weaker(scene: Scene) -> Change:
    return {
        "app.py": PAID,
        ".reviewconsole/policy.toml": scene.policy.replace("seniors", "all")
        .replace('all = ["alice", "bob"]', 'all = ["alice", "bob", "carol"]')
        .encode(),
    }


self_change(
    "policy_weakened_in_the_change",
    "violated",
    "0 of 1 approvals",
    "The change lets carol approve, and carol approves.",
    ("carol",),
    _weaker,
)
self_change(
    "policy_changed_with_one_approval",
    "violated",
    "policy.self",
    "A change to the policy, approved by one.",
    ("alice",),
    _weaker,
)
self_change(
    "policy_changed_with_two_approvals",
    "satisfied",
    "2 reviewers agree",
    "A change to the policy, approved by two.",
    ("alice", "bob"),
    _weaker,
)
self_change(
    "signers_added_in_the_change",
    "violated",
    "not one of mallory",
    "The change adds a key, which approves it.",
    ("mallory",),
    lambda scene: {
        "app.py": PAID,
        ".reviewconsole/allowed_signers": (scene.signers + scene.signer("mallory")).encode(),
    },
)
self_change(
    "policy_folder_in_capitals",
    "violated",
    "policy.self",
    "The policy's folder spelt otherwise, for file systems that see no difference.",
    ("alice",),
    lambda scene: {".ReviewConsole/policy.toml": b"version = 1\n"},
)


@case("violated", "protected: ")
def boundary_broken() -> Scene:
    """A path that the boundary forbids: an approval does not lift a block."""
    scene = Scene(more='[[constraint]]\nid = "protected"\nkind = "paths.deny"\npaths = ["infra/**"]')
    scene.feat({"infra/prod.tf": b"x = 1\n"})
    scene.add(policy_sha256="0" * 64)
    return scene.write()


@case("undecidable", "several merge bases")
def several_merge_bases() -> Scene:
    """Branch and target were merged into each other."""
    scene = Scene()
    one = scene.feat()
    two = scene.land({"other.py": b"o = 1\n"})
    scene.land({"app.py": PAID}, one)
    crossed = scene.merge(one, two, {"other.py": b"o = 1\n"})
    scene.feat({"n.py": b"n = 1\n"}, parent=crossed)
    return scene


# --- task boundaries, and what strangers write


STAY_OUT = TaskBoundary(task="PAY-17", refs=("feat",), allow=(), forbid=("infra/**",), supersedes=())


def bounded(**who: str) -> Scene:
    scene = Scene()
    scene.feat({"infra/prod.tf": b"x = 1\n"}, **who)
    scene.state("alice", STAY_OUT)
    scene.add("bob")
    return scene.write()


@case("violated", "infra/prod.tf is forbidden to task PAY-17, says alice")
def task_boundary_broken() -> Scene:
    """An approval does not lift the boundary that alice signed for the task."""
    return bounded()


@case("violated", "infra/prod.tf is forbidden to task PAY-17, says alice")
def task_boundary_and_a_forged_co_author() -> Scene:
    """A line of the commit makes alice a co-author: anybody can write that, and her boundary holds."""
    return bounded(message=f"Work\n\nCo-authored-by: A <alice@example.com>\n{CLAUDE}\n")


@case("violated", "infra/prod.tf is forbidden to task PAY-17, says alice")
def task_boundary_and_a_forged_author() -> Scene:
    """The commit bears alice's name: anybody can write that, and her boundary holds."""
    return bounded(author=ALICE)


AI_NOTE = """app.py
  aaaa 1-2
---
{"schema_version":"authorship/3.0.0","prompts":{"aaaa":{"agent_id":{"tool":"x","model":"m"},"human_author":"A <alice@example.com>"}}}
"""


@case("violated", "operator")
def note_that_came_later_names_the_reviewer() -> Scene:
    """A note says, after the approval, that alice drove the agent: while it is there, hers is no second person's."""
    scene = approved()
    scene.git.notes("refs/notes/ai", {scene.head: AI_NOTE.encode()})
    return scene.write()


@case("satisfied", "approved by alice")
def stranger_claims_that_a_record_is_missing() -> Scene:
    """A stranger's record says that it saw another record in alice's log: nobody's word breaks it but that of people."""
    scene = approved()
    lie = Observed(log=scene.log("alice"), sequence=9, id="sha256:" + "1" * 64)
    scene.add("mallory", observed=(lie,))
    return scene.write()


@case("undecidable", "release/evil is a target by a pattern alone", args=("feat",))
def target_that_anybody_could_have_pushed() -> Scene:
    """A branch whose name a pattern of `targets` matches holds a policy of its own, and the change to be judged."""
    scene = Scene(targets='["main", "release/*"]', review='scope = "all"')
    weak = scene.policy.replace('scope = "all"', "")
    first = scene.feat({".reviewconsole/policy.toml": weak.encode()}, message="Weaken\n")
    scene.feat(parent=first, message="Evil\n")
    scene.git.refs["refs/heads/release/evil"] = scene.head
    return scene


@case("violated", "0 of 1 approvals", args=("feat", "--target", "main"))
def target_that_is_told() -> Scene:
    """The same, with the target told as the recipes for CI do."""
    return target_that_anybody_could_have_pushed()


# --- time


def seen(at: str, *, expires: str = "", revoked: str | None = None, rule: str = "", **over: object) -> Scene:
    """alice approves, CI witnesses it."""
    options = f',valid-before="{expires}"' if expires else ""
    scene = Scene(options=options, revoked=revoked, rule=rule, extra=CI)
    scene.feat()
    scene.add()
    scene.witness(at, **over)  # type: ignore[arg-type]
    return scene.write()


@case("satisfied", "approved by alice")
def witness_before_the_key_expired() -> Scene:
    """The key has expired since, and CI saw the record in time."""
    return seen("2026-11-30T10:00:00Z", expires="20261130120000Z")


@case("violated", "no longer valid")
def witness_after_the_key_expired() -> Scene:
    """CI saw the record too late."""
    return seen("2026-11-30T14:00:00Z", expires="20261130120000Z")


@case("satisfied", "approved by alice")
def witness_before_the_revocation() -> Scene:
    """The key was revoked later, from a known day on."""
    return seen("2026-11-30T10:00:00Z", revoked=f'revoked-at="20261130120000Z" {ALICE_PRINT}\n')


@case("violated", "revoked")
def witness_of_a_key_that_was_never_good() -> Scene:
    """The key is revoked without a day: no witness helps."""
    return seen("2026-11-30T10:00:00Z", revoked=ALICE_PRINT + "\n")


@case("violated", "no longer valid")
def witness_by_a_stranger() -> Scene:
    """A witness whose key is no witness's."""
    return seen("2026-11-30T10:00:00Z", expires="20261130120000Z", key="mallory")


@case("violated", "no longer valid")
def witness_by_a_revoked_key() -> Scene:
    """A witness's key that was revoked could have dated anything."""
    return seen(
        "2026-11-30T10:00:00Z",
        expires="20261130120000Z",
        revoked=f'revoked-at="20261130230000Z" {fingerprint(KEYS["ci"].blob)}\n',
    )


@case("violated", "no longer valid")
def witness_for_another_repository() -> Scene:
    """A witness of a fork."""
    return seen("2026-11-30T10:00:00Z", expires="20261130120000Z", repository_id="sha256:" + "e" * 64)


@case("satisfied", "approved by alice")
def max_age_young() -> Scene:
    """Witnessed a day ago, where ten are allowed."""
    return seen("2026-11-30T10:00:00Z", rule='require = ["max-age=10d"]')


@case("violated", "older than 10d")
def max_age_old() -> Scene:
    """Witnessed a month ago, whatever the record claims."""
    return seen("2026-11-01T10:00:00Z", rule='require = ["max-age=10d"]')


@case("undecidable", "no witness says how old")
def max_age_without_a_witness() -> Scene:
    """Nobody but the reviewer says when it was."""
    return approved(rule='require = ["max-age=10d"]').write()


@case("violated", "witnessed, is missing")
def witnessed_record_taken_away() -> Scene:
    """CI saw a reject of bob's that is gone."""
    scene = Scene(extra=CI)
    scene.feat()
    scene.add("bob", decision=REJECT)
    scene.witness("2026-11-30T10:00:00Z")
    del scene.lines[scene.log("bob")]
    return scene.write()


@case("undecidable", "witnessed, is missing")
def witnessed_reject_taken_away_beside_an_approval() -> Scene:
    """The same, with an approval by alice."""
    scene = Scene(extra=CI)
    scene.feat()
    scene.add("bob", decision=REJECT)
    scene.witness("2026-11-30T10:00:00Z")
    del scene.lines[scene.log("bob")]
    scene.add()
    return scene.write()


def named(*, there: bool) -> Scene:
    scene = Scene(extra=CI)
    scene.feat()
    scene.add()
    line = scene.witness("2026-11-30T10:00:00Z")
    if not there:
        scene.git.refs = {ref: oid for ref, oid in scene.git.refs.items() if "reviewconsole-ci" not in ref}
    before(scene).land({"app.py": PAID}, scene.head, message=f"Merge\n\n{CLAUDE}\n{line}\n", author=BOB)
    return scene.write()


@case("satisfied", "approved by alice", args=LANDED)
def witness_named_by_the_commit() -> Scene:
    """The merge commit names its witness, which is there."""
    return named(there=True)


@case("undecidable", "that the commit names is not here", args=LANDED)
def witness_named_by_the_commit_is_gone() -> Scene:
    """The merge commit names a witness that is not there."""
    return named(there=False)


EMERGENCY = '[emergency]\nfrom = ["seniors"]\nexpires = "48h"'


def urgent(
    name: str, verdict: str, words: str, what: str, who: str = "alice", *, reject: bool = False, **over: object
) -> None:
    def make() -> Scene:
        scene = Scene(more=EMERGENCY, rule='require = ["read-all"]')
        scene.feat()
        no = (scene.add("bob", decision=REJECT),) if reject else ()
        end = {"emergency": True, "expires_at": "2026-12-01T20:00:00Z", "viewed": 0, "overrides": no, **over}
        scene.add(who, **end)  # type: ignore[arg-type]
        return scene.write()

    make.__name__, make.__doc__ = name, what
    case(verdict, words)(make)


urgent("emergency_in_time", "satisfied", "EMERGENCY approval by alice", "Break-glass counts for its time, and is loud.")
urgent(
    "emergency_over",
    "violated",
    "has expired: review the change",
    "Its time is over.",
    expires_at="2026-12-01T11:00:00Z",
)
urgent(
    "emergency_too_long",
    "violated",
    "longer than the policy allows",
    "It would last longer than the policy allows.",
    expires_at="2026-12-09T11:00:00Z",
)
urgent("emergency_without_an_end", "violated", "without an end", "It has no end.", expires_at=None)
urgent("emergency_by_somebody_else", "violated", "is not in [emergency] from", "carol may not.", "carol")
urgent("emergency_over_a_reject", "violated", "rejected by bob", "It lifts no reject.", reject=True)


@case("violated", "took part")
def emergency_of_the_author() -> Scene:
    """Nobody breaks the glass for their own work."""
    scene = Scene(more=EMERGENCY)
    scene.feat(author=ALICE)
    scene.add(emergency=True, expires_at="2026-12-01T20:00:00Z")
    return scene.write()


@case("violated", "policy.self")
def emergency_for_the_policy() -> Scene:
    """It is no second reviewer of the policy."""
    scene = Scene(more=EMERGENCY)
    scene.feat(_weaker(scene))
    scene.add(emergency=True, expires_at="2026-12-01T20:00:00Z")
    return scene.write()


# --- other targets


def ported(sources: str, change: Change, **over: object) -> Scene:
    scene = Scene(targets='["main", "release/*"]', more=f'[backports]\n"release/*" = [{sources}]')
    scene.git.refs["refs/heads/release/1"] = scene.root
    scene.feat(ref="feat")
    scene.add(**over)  # type: ignore[arg-type]
    scene.feat(change, parent=scene.root, ref="port", message=f"Port\n\n{CLAUDE}\n")
    return scene.write()


PORT = ("port", "--target", "release/1")


@case("satisfied", "same-content", args=PORT)
def backport() -> Scene:
    """Approved for main, the same content for a release."""
    return ported('"main"', {"app.py": PAID})


@case("violated", "0 of 1 approvals", args=PORT)
def backport_of_other_content() -> Scene:
    """Approved for main, other content for a release."""
    return ported('"main"', {"app.py": APP.replace(b"1", b"3")})


@case("violated", "0 of 1 approvals", args=PORT)
def backport_that_the_policy_does_not_name() -> Scene:
    """Approvals for main do not count for releases."""
    return ported('"develop"', {"app.py": PAID})


@case("violated", "rejected by bob", args=PORT)
def backport_of_what_was_rejected() -> Scene:
    """Rejected for main, offered to a release."""
    scene = ported('"main"', {"app.py": PAID})
    scene.add("bob", scene.git.refs["refs/heads/feat"], decision=REJECT)
    return scene.write()


@case("violated", "its content stood in main at", args=PORT)
def backport_of_what_its_own_target_took_back() -> Scene:
    """Approved for main, landed there and taken back, offered to a release."""
    scene = ported('"main"', {"app.py": PAID})
    scene.land({"app.py": PAID})
    scene.land({"app.py": APP}, message="Take it back\n")
    return scene


@case("satisfied", "same-content", args=PORT)
def backport_of_what_its_own_target_still_holds() -> Scene:
    """Approved for main, landed there and built upon, offered to a release."""
    scene = ported('"main"', {"app.py": PAID})
    scene.land({"app.py": PAID})
    scene.land({"other.py": b"o = 1\n"})
    return scene


@case("violated", "cannot be told: develop, which it was given for, is not here", args=PORT)
def backport_where_its_own_target_is_not_here() -> Scene:
    """Approved for develop, which is not in this repository, offered to a release."""
    return ported('"develop"', {"app.py": PAID}, target_ref="refs/heads/develop")


@case("satisfied", "same-content", args=("start..release/1", "--target", "release/1"))
def backport_that_landed_before_its_own_target_took_it_back() -> Scene:
    """Approved for main and brought to a release; main took it back afterwards."""
    scene = ported('"main"', {"app.py": PAID})
    scene.git.refs["refs/tags/start"] = scene.root
    scene.git.refs["refs/heads/release/1"] = scene.git.refs["refs/heads/port"]
    scene.land({"app.py": PAID})
    scene.land({"app.py": APP}, message="Take it back\n")
    return scene


# --- trees that git reads one way and a reader of names another


def crooked(arrange: Callable[[list[TreeItem]], list[TreeItem]]) -> Scene:
    """A branch, approved, whose tree holds its rows in another order, or others."""
    scene = Scene()
    files = scene.with_(scene.main, {"app.py": PAID})
    straight = scene.git.objects[scene.git.tree(files)].split(b"\0", 1)[1]
    rows = arrange(list(parse_tree(straight, scene.git.format)))
    raw = b"".join(row.mode.lstrip("0").encode() + b" " + row.name + b"\0" + bytes.fromhex(row.oid) for row in rows)
    scene.head = scene.git.commit(files, (scene.main,), tree=scene.git.put("tree", raw))
    scene.git.refs["refs/heads/feat"] = scene.head
    scene.add()
    return scene.write()


@case("undecidable", "out of order")
def tree_out_of_order() -> Scene:
    """The rows of a tree are not sorted: git's merge takes what it does not find in its place for deleted."""
    return crooked(lambda rows: [*rows[1:], rows[0]])


@case("undecidable", "out of order")
def tree_with_a_name_that_leads_into_a_folder() -> Scene:
    """A row is called like a file of another folder."""
    return crooked(
        lambda rows: sorted(
            [*rows, TreeItem("100644", b".reviewconsole/allowed_signers", rows[-1].oid)], key=lambda row: row.name
        )
    )


@case("undecidable", "two entries of one name")
def tree_with_a_name_twice() -> Scene:
    """Two rows bear one name."""
    return crooked(lambda rows: [*rows, rows[-1]])
