skip_final_snapshot = false
