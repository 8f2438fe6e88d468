export async function list(user: string) {
  return prisma.order.findMany({
    where: { user },
  });
}
