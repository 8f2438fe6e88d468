from requests import get as fetch


def a(url):
    return fetch(
        url,
        headers={"accept": "application/json"},
    )
