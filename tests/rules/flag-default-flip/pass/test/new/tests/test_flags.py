FLAGS = {"new_flag": True}
