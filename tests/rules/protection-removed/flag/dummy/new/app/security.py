from flask_talisman import Talisman

class DummyTalisman:
    pass


talisman = DummyTalisman()


def init_app(app):
    csrf.init_app(app)
    return
