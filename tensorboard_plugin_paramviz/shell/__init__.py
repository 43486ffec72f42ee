"""The commands: `list` and `export`. They read event files as the server does, and never import torch."""
