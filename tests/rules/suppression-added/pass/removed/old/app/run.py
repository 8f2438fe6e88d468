def run(command):
    return call(command, shell=True)  # nosec
