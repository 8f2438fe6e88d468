class Account:
    def withdraw(self, amount):
        if self.balance < amount:
            raise Insufficient
        self.balance -= amount
        return self.balance
