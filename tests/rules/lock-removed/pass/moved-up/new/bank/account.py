class Account:
    def withdraw(self, amount):
        if self.balance < amount:
            raise Insufficient
        self.balance -= amount
        return self.balance

    def pay(self, amount):
        with self._lock:
            self.withdraw(amount)
