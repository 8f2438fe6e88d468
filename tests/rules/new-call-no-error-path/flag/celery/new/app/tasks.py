import requests
from celery import shared_task


@shared_task
def send(order_id):
    requests.post(URL, json={"id": order_id}, timeout=5).raise_for_status()
