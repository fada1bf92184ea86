"""The probability-flow ODE, solved finely: what flow maps, likelihoods and references are made of."""
