"""Runners of one shape: CtSlice -> probabilities.  One variant, one small file."""
