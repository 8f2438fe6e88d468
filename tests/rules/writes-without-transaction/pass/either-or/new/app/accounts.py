def put(conn, old, new):
    if old:
        conn.execute("UPDATE accounts SET name = %s", (new,))
    else:
        conn.execute("INSERT INTO accounts (name) VALUES (%s)", (new,))
