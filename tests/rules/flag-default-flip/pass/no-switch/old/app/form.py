FIELDS = {
    "required": False,
}
