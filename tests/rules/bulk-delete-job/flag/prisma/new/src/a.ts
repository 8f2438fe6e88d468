await prisma.user.deleteMany({});
