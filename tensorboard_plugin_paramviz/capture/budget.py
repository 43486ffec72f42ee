"""How the bytes of a snapshot are shared among the embedding tables: whole rows, a stored basis, fewer rows."""

from __future__ import annotations

from dataclasses import dataclass

from tensorboard_plugin_paramviz.record.names import BASIS_ROW_COLUMNS, ROW_COLUMNS, STATS

#: Names, shapes and metadata of a snapshot's values, and its small ones: self-cost, loss.
_FIXED_BYTES = 1200
#: Names, shapes and metadata of a table's values, with its geometry; paths are assumed to stay below 150 letters.
_TABLE_BYTES = 1400
#: Floats of a layer beside its statistics: of a block's probe and of a parameter group, of which there are no more.
_BESIDE_LAYER = 2
#: Share of the space that tables other than the first one get when not all fits. Just enough for 1,024 positions of
#: GPT-2 beside its tokens; positions take few directions.
_OTHERS_RATIO = 0.26
#: Fewer rows than this show nothing.
_FEWEST_ROWS = 16
#: Directions of a basis at most, and those for which rows are given up rather than have fewer. A really trained table
#: of 512 dimensions keeps 0.71 of each row's nearest neighbours in 64 directions and 0.77 in 102.
_MOST_DIRECTIONS, _FEWEST_DIRECTIONS = 256, 32
#: Share of a table's space that its basis may take before directions are given up rather than rows.
_BASIS_RATIO = 0.5


@dataclass(frozen=True)
class Allotment:
    """What travels of one table of D dimensions. directions: None = whole rows."""

    rows: int
    directions: int | None = None

    def bytes_of(self, dims: int) -> int:
        """Bytes in each snapshot."""
        columns = ROW_COLUMNS if self.directions is None else BASIS_ROW_COLUMNS
        return self.rows * ((dims if self.directions is None else self.directions) + 4 * len(columns))

    def basis_bytes(self, dims: int) -> int:
        """Bytes of the basis, in the snapshots that carry it."""
        return 0 if self.directions is None else self.directions * dims

    def all_bytes(self, dims: int) -> int:
        return self.bytes_of(dims) + self.basis_bytes(dims)


def fixed_bytes(layer_count: int, table_count: int) -> int:
    """Bytes of a snapshot beside its tables' rows, at most."""
    return _FIXED_BYTES + table_count * _TABLE_BYTES + 4 * layer_count * (len(STATS) + _BESIDE_LAYER)


def share_bytes(
    shapes: dict[str, tuple[int, int]], rows: int, max_bytes: int, layer_count: int
) -> dict[str, Allotment]:
    """What travels of each table [V, D], at most `rows` rows, so that no snapshot is larger than max_bytes. Where not
    all fits whole, the tables after the first share a quarter of the room, or what the first leaves.

    Raises ValueError where max_bytes holds no picture.
    """
    if not shapes:
        return {}
    room = max_bytes - fixed_bytes(layer_count, len(shapes))
    wanted = {path: min(rows, vocabulary) for path, (vocabulary, _) in shapes.items()}
    shares = {path: Allotment(count) for path, count in wanted.items()}
    sizes = {path: share.bytes_of(shapes[path][1]) for path, share in shares.items()}
    if sum(sizes.values()) > room:
        first, *others = shapes
        others.sort(key=lambda path: sizes[path])  # what the small ones leave, the large ones take
        others_room = int(room * _OTHERS_RATIO)
        for _ in range(2):
            left = others_room
            for at, path in enumerate(others):
                shares[path] = _fit(wanted[path], shapes[path][1], left // (len(others) - at))
                left -= shares[path].all_bytes(shapes[path][1])
            taken = others_room - left
            shares[first] = _fit(wanted[first], shapes[first][1], room - taken)
            others_room = room - shares[first].all_bytes(shapes[first][1])
    for path, share in shares.items():
        if share.rows < min(_FEWEST_ROWS, wanted[path]):
            widest = max(Allotment(_FEWEST_ROWS).bytes_of(dims) for _, dims in shapes.values())
            needed = max_bytes - room + (2 + 4 * (len(shapes) - 1)) * widest
            raise ValueError(
                f"watch(): max_bytes={max_bytes} is too small for {path!r} with {shapes[path][1]} dimensions; "
                f'pass at least max_bytes={needed}, or level="light" for statistics alone'
            )
    return shares


def _fit(wanted: int, dims: int, room: int) -> Allotment:
    """The most of one table that fits into `room` bytes."""
    room = max(0, room)
    whole = Allotment(wanted)
    if whole.bytes_of(dims) <= room:
        return whole
    fewer = Allotment(room // Allotment(1).bytes_of(dims))
    beside = 4 * len(BASIS_ROW_COLUMNS)
    enough = min(_FEWEST_DIRECTIONS, int(room * _BASIS_RATIO) // dims)
    rows = min(wanted, (room - enough * dims) // (enough + beside))
    directions = min(_MOST_DIRECTIONS, dims // 2, (room - rows * beside) // (rows + dims))
    # Of a narrow table, or of rows hardly more than directions, a basis saves nothing.
    if directions < 3 or rows <= max(fewer.rows, directions):
        return fewer
    return Allotment(rows, directions)
