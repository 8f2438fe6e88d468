def session():
    return requests.Session()
