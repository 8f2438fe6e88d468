import requests as rq


def push_event(event):
    body = rq.post(EVENTS, json=event, timeout=3).json()
    return body["id"]
