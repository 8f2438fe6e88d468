def a():
    (
        db.session.query(Session)
        .filter(Session.old)
        .delete()
    )
