x = 1


def reset(engine):
    Base.metadata.drop_all(engine)
    Base.metadata.create_all(engine)
