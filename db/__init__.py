"""What the node remembers."""
