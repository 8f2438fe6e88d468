"""What breaks while decisions are made: kills, cut connections, a collector of garbage, a full disk."""
