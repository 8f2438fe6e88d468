class Account:
    def withdraw(self, amount):
        with self._lock:
            if self.balance < amount:
                raise Insufficient
            self.balance -= amount
        return self.balance

    def pay(self, amount):
        self.withdraw(amount)
