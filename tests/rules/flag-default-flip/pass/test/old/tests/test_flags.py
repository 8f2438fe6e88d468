FLAGS = {"new_flag": False}
