x = 1


def a(cursor, name):
    cursor.execute(f"SELECT * FROM users WHERE name = '{name}'")
