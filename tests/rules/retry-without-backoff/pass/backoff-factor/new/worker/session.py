def session():
    made = requests.Session()
    made.mount("https://", HTTPAdapter(max_retries=Retry(total=5, backoff_factor=0.5, backoff_jitter=1)))
    return made
