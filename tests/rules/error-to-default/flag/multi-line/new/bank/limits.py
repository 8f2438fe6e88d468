def limits(config, name):
    try:
        return config[name]["limits"]
    except KeyError as error:
        return {}
