class Profiles:
    @functools.cache
    def get(self, user):
        return load(user)
