def place(session, order):
    with session.begin_nested():
        session.add(order)
        session.add(order.invoice)
