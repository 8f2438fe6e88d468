from requests import get as fetch


def rates(base):
    response = fetch(
        f"{base}/rates",
        headers={"accept": "application/json"},
        timeout=(3.05, 10),
    )
    return response.json()
