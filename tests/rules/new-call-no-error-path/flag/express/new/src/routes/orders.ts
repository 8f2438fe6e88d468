import { Router } from "express";
import { orders } from "../store";

export const router = Router();

router.post("/orders", async (req, res) => {
  const order = await orders.create(req.body);
  res.json(order);
});
