FEE = 2
