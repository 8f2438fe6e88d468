class Profiles:
    def get(self, user):
        return load(user)
