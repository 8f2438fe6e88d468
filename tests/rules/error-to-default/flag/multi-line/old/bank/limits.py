def limits(config, name):
    try:
        return config[name]["limits"]
    except KeyError as error:
        raise LimitsMissing(
            f"no limits for {name}",
            known=sorted(config),
        ) from error
