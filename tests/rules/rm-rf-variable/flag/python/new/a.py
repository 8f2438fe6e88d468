import shutil


def drop(path):
    shutil.rmtree(
        path,
        ignore_errors=True,
    )
