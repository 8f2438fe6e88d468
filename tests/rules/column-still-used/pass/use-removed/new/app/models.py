class User:
    email = Column(String)
