X = "a​b"
Y = 1
