"""Pure functions from arrays to what is drawn and said: projection, clusters, neighbours, decimation. Needs numpy only,
and umap-learn in a program of its own."""
