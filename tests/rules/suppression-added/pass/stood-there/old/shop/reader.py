def rows(sql):
    return db.query(sql, mapper)  # nosec
