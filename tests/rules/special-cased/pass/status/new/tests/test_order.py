def test_discount(http):
    http.reply(status=404)
    assert discount("ORD-1042") == 0
