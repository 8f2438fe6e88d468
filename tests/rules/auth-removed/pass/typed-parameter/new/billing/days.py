def rows_for(day: date, check_permissions: bool = False):
    return query(day, check_permissions)
