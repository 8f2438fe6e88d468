def token(url):
    with _lock:
        answer = requests.get(url, timeout=5)
        answer.raise_for_status()
        return answer.text
