import requests


def fetch(url, **options):
    requests.get(url, timeout=3)
    return requests.get(url, **options)
