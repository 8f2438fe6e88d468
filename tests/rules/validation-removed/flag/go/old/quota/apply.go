package quota

func Apply(p *Policy, t *Target) error {
	if p == nil || p.Quota <= 0 {
		return errors.New("policy without a quota")
	}
	return t.Set(p.Quota)
}
