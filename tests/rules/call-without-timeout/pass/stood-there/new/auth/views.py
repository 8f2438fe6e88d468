import requests


def profile(info_url, headers):
    answer = requests.get(info_url, headers=headers)
    return answer.json()
