class Factory:
    def __init__(self, size):
        self.size = size

    def create(self):
        return Collect(self.size)
