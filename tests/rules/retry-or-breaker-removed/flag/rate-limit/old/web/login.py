@app.route("/login", methods=["POST"])
@limiter.limit(
    "10/minute",
    key_func=remote_address,
)
def login():
    return authenticate(request.form)
