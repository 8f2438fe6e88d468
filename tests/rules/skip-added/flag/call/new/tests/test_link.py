def test_link(tmp_path):
    pytest.skip("later")
    assert link(tmp_path)
