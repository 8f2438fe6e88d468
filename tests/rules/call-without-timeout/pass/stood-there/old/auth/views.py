import requests


def profile(url, headers):
    answer = requests.get(url, headers=headers)
    return answer.json()
