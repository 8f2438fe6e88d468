def session():
    made = requests.Session()
    made.mount("https://", HTTPAdapter(max_retries=Retry(total=5)))
    return made
