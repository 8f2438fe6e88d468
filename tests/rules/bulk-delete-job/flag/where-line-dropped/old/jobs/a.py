SQL = """
    UPDATE users
       SET active = false
     WHERE last_seen < :day
"""
