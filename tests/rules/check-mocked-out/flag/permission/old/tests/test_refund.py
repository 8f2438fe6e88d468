def test_refund_needs_a_role(client):
    assert client.post("/refund").status_code == 403
