def apply(policy, target):
    if not policy.quota:
        raise InvalidPolicy(target)
    target.set_quota(policy.quota)
    target.reload()
