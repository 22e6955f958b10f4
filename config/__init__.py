"""What the operator may set.  Imports nothing of ours."""
