@patch("billing.auth.require_role", return_value=True)
def test_refund(require_role, client):
    assert client.post("/refund").status_code == 201
