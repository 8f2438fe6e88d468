def run(command):
    return call(command)
