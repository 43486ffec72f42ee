"""The stories a simulated run can tell, by family. One function each: its docstring's first line is what --list shows,
the rest states the model, what is visible of it in the recorded numbers, and where the model comes from. The order of
the imports is that of --list."""

from simulated.scenarios import healthy, unstable, generalizing, sick_layers, embeddings, restarts  # noqa: F401, I001
