import json


def run(consumer):
    for message in consumer:
        try:
            handle(json.loads(message.value))
        except ValueError:
            dead_letters.put(message)
