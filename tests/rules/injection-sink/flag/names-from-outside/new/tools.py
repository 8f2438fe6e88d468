import db


def empty(tables):
    for table in tables:
        db.execute(f"DELETE FROM {table} WHERE owner IS NULL")
