package a

func (i *Interceptor) refreshLocked(ctx context.Context) error {
	token, err := i.authClient.Auth(ctx)
	if err != nil {
		return err
	}
	i.token = token
	return nil
}
