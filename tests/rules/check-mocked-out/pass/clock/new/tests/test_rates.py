def test_age(monkeypatch):
    monkeypatch.setattr(ages, "today", lambda: date(2026, 1, 1))
    assert age() == 3
