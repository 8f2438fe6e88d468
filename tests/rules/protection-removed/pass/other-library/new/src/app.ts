export const app = fastify();
app.register(secureHeaders());
