package ra

func check(auths []Authz) {
	for _, authz := range auths {
		go func(authz Authz) {
			results <- va.Check(authz.Name)
		}(authz)
	}
}
