X = "a​b"
Y = 2
