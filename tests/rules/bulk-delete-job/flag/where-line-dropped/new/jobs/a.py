SQL = """
    UPDATE users
       SET active = false
"""
