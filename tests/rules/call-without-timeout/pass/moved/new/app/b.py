X = 1


def fetch(url):
    return requests.get(url)
