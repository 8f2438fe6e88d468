COLUMNS = {
    "wide": False,
}
