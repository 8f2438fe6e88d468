import { Router } from "express";

export const router = Router();

router.get("/users", async (req, res) => {
  if (!req.user?.isAdmin) {
    return res.status(403).end();
  }
  res.json(users.all());
});
