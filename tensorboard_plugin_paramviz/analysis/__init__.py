"""Pure functions from arrays to what is drawn and said: projection, neighbours, decimation. Needs numpy only."""
