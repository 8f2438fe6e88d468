import { Router } from "express";
import { orders } from "../store";

export const router = Router();

router.post("/orders", async (req, res, next) => {
  await orders.create(req.body).catch(next);
});
