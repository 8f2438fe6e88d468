@pytest.mark.parametrize("x", [1, 2])
def test_a(x):
    assert a(x) == x
