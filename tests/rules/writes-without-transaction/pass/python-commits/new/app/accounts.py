def transfer(conn, source, target, amount):
    # one unit
    conn.execute("UPDATE accounts SET balance = balance - %s WHERE id = %s", (amount, source))
    conn.execute("UPDATE accounts SET balance = balance + %s WHERE id = %s", (amount, target))
    conn.commit()
