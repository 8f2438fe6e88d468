def place(session, order):
    with session.begin():
        session.add(order)
        session.add(order.invoice)
