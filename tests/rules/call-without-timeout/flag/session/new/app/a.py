import requests

session = requests.Session()


def a(base_url):
    return session.get(f"{base_url}/a")
