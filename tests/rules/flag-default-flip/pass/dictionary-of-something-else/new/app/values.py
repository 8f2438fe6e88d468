COLUMNS = {
    "wide": True,
}
