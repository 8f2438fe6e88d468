class User:
    nickname = Column(String)

    def label(self):
        return self.nickname or self.email
