"""What ours accepts ssh-keygen accepts too, however a signature was changed."""

from pathlib import Path

from tests.signing.mutations import compare, good, ours_accepts
from tests.signing.sshtools import keygen_accepts


def test_every_good_signature_is_good_to_both(tmp_path: Path) -> None:
    for one in good():
        assert ours_accepts(one.blob, one.armoured), one.name
        assert keygen_accepts(tmp_path, one.blob, one.armoured), one.name


def test_no_mutant_passes_here_that_ssh_keygen_refuses(tmp_path: Path) -> None:
    found = compare(tmp_path, 350, ask_all=False)
    assert found.mutants >= 3000
    assert found.only_ours == 0
    assert found.neither > 0.9 * found.mutants


def test_ssh_keygen_is_the_laxer_of_the_two(tmp_path: Path) -> None:
    found = compare(tmp_path, 14, ask_all=True, seed=2)
    assert found.only_ours == 0
