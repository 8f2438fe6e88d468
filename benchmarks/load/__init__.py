"""How much a reviewer would be shown: findings on real merged commits."""
