import db

TABLES = ("orders", "letters")


def empty():
    for table in TABLES:
        db.execute(f"DELETE FROM {table} WHERE owner IS NULL")
