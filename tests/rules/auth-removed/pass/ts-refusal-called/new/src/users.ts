import { Router } from "express";

export const router = Router();

router.get("/users", async (req, res) => {
  requireAdmin(req);
  res.json(users.all());
});
