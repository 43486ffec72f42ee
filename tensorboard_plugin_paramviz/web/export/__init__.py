"""What a run holds as files for other tools: CSV, JSON and NPZ, written as a stream.

`sources` says what can be exported and reads it, snapshot by snapshot; `table` (CSV, JSON) and `npz` write what any
source gives; `export` joins them for a question. The server and the shell ask the same question the same way. Memory:
one decoded snapshot and a piece of output of at most a megabyte, whatever is exported. `docs/export.md` is for readers.
"""
