import yaml


def a(text):
    return yaml.load(text)
