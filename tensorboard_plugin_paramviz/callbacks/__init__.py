"""`watch()` for training loops that belong to a library: its callback finds model, optimizer and writer by itself."""
