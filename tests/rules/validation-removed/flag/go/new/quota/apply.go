package quota

func Apply(p *Policy, t *Target) error {
	return t.Set(p.Quota)
}
