def token(url):
    answer = requests.get(url, timeout=5)
    answer.raise_for_status()
    with _lock:
        cache[url] = answer.text
    return answer.text
