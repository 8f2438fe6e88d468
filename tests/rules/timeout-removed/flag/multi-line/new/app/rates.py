from requests import get as fetch


def rates(base):
    response = fetch(
        f"{base}/rates",
        headers={"accept": "application/json"},
    )
    return response.json()
