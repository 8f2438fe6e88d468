package net

func call(ctx context.Context, c pb.Client) (*pb.Reply, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	return c.Do(ctx, &pb.Request{})
}
