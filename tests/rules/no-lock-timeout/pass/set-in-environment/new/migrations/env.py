connection.execute("SET lock_timeout = 4000")
