A = 1
GREETING = "Здравствуйте, café, 你好, α and β"
