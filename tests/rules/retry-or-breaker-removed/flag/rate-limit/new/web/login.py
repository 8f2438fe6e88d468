@app.route("/login", methods=["POST"])
def login():
    return authenticate(request.form)
