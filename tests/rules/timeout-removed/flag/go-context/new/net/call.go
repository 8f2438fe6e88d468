package net

func call(ctx context.Context, c pb.Client) (*pb.Reply, error) {
	return c.Do(ctx, &pb.Request{})
}
