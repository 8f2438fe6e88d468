class Account:
    def deposit(self, amount):
        self.ledger.append(amount)
