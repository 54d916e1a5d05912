"""The proof: mirrors the tree, with the testbed that starts real engines beside it."""
