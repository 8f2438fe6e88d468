import requests


def fetch(url):
    answer = requests.get(url, timeout=5)
    answer.raise_for_status()
    return answer.json()
