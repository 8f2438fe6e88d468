QUERY = """
    SELECT id, total FROM orders
    WHERE state = 'open'
    ORDER BY created
"""
