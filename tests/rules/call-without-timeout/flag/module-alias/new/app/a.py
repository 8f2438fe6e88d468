import requests as http_client


def a(url):
    return http_client.get(url)
