def report(transaction, actions):
    transaction.actions = actions
    transaction.save(update_fields=["actions"])
    update_order(transaction.order)
    create_event(transaction)
