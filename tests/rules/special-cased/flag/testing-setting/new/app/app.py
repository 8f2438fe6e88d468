def create_app(app):
    if not app.config.get("TESTING", False):
        limiter.init_app(app)
    return app
