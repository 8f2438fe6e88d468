FIELDS = {
    "required": True,
}
