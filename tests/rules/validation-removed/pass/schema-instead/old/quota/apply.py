def apply(policy, target):
    if not policy.quota:
        raise InvalidPolicy(policy.id)
    if len(policy.rules) > MAX_RULES:
        raise TooManyRules(policy.id)
    target.set_quota(policy.quota)
    target.load(policy.rules)
