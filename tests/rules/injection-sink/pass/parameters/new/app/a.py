x = 1


def a(cursor, name):
    cursor.execute("SELECT * FROM users WHERE name = %s", [name])
