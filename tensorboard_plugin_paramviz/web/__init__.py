"""What travels between TensorBoard's server and the browser: arguments in, JSON and binary replies out, the live
channel."""
