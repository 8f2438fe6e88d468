"""How often each kind of constraint fires on real commits, what it leaves undecided, and what it costs."""
