def test_link(tmp_path):
    if not can_link(tmp_path):
        pytest.skip("symlinks are unavailable")
    assert link(tmp_path)
