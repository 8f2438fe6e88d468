A = 1
UNIT = "μs"  # Δt, σx
