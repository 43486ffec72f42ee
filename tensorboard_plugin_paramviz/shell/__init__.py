"""The commands, see `main`. They read event files as the server does, and never import torch."""
