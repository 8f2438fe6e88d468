B = 1
C = 1
A = call(command, shell=True)  # nosec
