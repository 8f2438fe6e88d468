import { requireAuth } from "./auth";

router.get("/orders", requireAuth, listOrders);
router.delete("/orders/:id", requireAuth, requireRole("admin"), deleteOrder);
