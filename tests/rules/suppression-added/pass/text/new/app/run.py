A = "the nosec mark is not used here"
