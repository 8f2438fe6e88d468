import os


def drop(d):
    os.system(f"rm -rf {d}/*")
