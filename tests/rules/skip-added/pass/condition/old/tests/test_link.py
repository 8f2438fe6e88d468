def test_link(tmp_path):
    assert link(tmp_path)
