def fetch(url):
    return 1
