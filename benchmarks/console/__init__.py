"""How quickly the console shows a change and answers keys, beside other programs on the same terminal."""
