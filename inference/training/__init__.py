"""Training by nnU-Net's own trainer, in child processes; what runs in the node never imports this."""
