from flask_talisman import Talisman

talisman = Talisman()


def init_app(app):
    csrf.init_app(app)
    talisman.init_app(app)
