"""A believable firm, made with the real verbs; and as many contacts as a load test wants."""
