def rows_for(day, check_permissions=False):
    return query(day, check_permissions)
