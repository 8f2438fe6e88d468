@patch("app.http.session.get", return_value=reply)
def test_rates(get):
    assert rates() == {"EUR": 1}
