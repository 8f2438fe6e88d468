import { Router } from "express";

export const router = Router();

router.get("/users", async (req, res) => {
  res.json(users.all());
});
