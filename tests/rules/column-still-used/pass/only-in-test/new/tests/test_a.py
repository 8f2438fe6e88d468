x = "nickname"
