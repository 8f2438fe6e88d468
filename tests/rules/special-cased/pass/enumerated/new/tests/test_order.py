def test_discount():
    assert discount("ORD-1042", "student") == 10
