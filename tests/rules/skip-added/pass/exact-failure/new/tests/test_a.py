@pytest.mark.parametrize("x", [1, pytest.param(2, marks=pytest.mark.xfail(raises=IntegrityError))])
def test_a(x):
    assert a(x) == x
