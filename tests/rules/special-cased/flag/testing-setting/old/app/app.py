def create_app(app):
    limiter.init_app(app)
    return app
