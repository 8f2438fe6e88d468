def a():
    (
        db.session.query(Session)
        .delete()
    )
