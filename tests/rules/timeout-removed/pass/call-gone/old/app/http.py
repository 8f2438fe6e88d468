def fetch(url):
    body = requests.get(url, timeout=5)
    return 1
