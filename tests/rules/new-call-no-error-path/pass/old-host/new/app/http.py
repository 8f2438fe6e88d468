def fetch(url):
    log.info("fetch")
    return requests.get(url, timeout=5).json()
