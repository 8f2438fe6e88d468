await prisma.user.deleteMany({ where: { old: true } });
