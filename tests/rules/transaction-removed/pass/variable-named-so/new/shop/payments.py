def report(transaction, actions):
    transaction.update_actions(actions)
    update_order(transaction.order)
    create_event(transaction)
