status = 1
