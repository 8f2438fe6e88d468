import json


def read_limits(path):
    with open(path) as handle:
        return json.load(handle)
