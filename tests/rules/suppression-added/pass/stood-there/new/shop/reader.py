def rows(sql, values):
    return db.query(sql, mapper, values)  # nosec
