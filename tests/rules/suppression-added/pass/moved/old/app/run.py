A = call(command, shell=True)  # nosec
B = 1
C = 1
