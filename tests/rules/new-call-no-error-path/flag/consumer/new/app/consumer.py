import json


def run(consumer):
    for message in consumer:
        handle(json.loads(message.value))
