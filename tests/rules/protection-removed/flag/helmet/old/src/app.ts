import express from "express";

export const app = express();
app.use(helmet());
app.use(routes);
