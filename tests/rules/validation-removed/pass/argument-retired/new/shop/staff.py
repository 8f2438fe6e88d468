class StaffCreate:
    def clean(self, data):
        cleaned = self.base(data)
        if cleaned.get("redirect_url"):
            check_url(cleaned.get("redirect_url"))
        return cleaned
