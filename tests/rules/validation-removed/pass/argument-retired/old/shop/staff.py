class StaffCreate:
    def clean(self, data):
        cleaned = self.base(data)
        # This condition goes with the deprecated argument.
        if cleaned.get("send_password_email"):
            if not cleaned.get("redirect_url"):
                raise ValidationError(
                    {
                        "redirect_url": ValidationError(
                            "redirect_url is required to send a password",
                            code=REQUIRED,
                        )
                    }
                )
        if cleaned.get("redirect_url"):
            check_url(cleaned.get("redirect_url"))
        return cleaned
