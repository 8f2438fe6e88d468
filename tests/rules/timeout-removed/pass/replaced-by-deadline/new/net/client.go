package net

func Call(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, second)
	defer cancel()
	return shared.Do(ctx)
}
