def apply(policy, target):
    PolicySchema().validate(policy)
    target.set_quota(policy.quota)
    target.load(policy.rules)
