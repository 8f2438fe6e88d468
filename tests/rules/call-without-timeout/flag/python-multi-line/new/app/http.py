import requests


def fetch(url):
    response = requests.post(
        url,
        json={"a": 1},
    )
    response.raise_for_status()
