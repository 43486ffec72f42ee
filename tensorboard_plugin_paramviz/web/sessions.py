"""The reply of `sessions`: every start of a run's writers, so that restarts are told apart."""

from __future__ import annotations

from threading import Lock

from tensorboard_plugin_paramviz.reader.places import MissingError, Place, read_places
from tensorboard_plugin_paramviz.record import ModelRecord
from tensorboard_plugin_paramviz.web import wire

#: Of one run; older ones are left out.
MOST_SESSIONS = 200
_MOST_KNOWN = 4 * MOST_SESSIONS


class Sessions:
    """Safe to call from many threads. A record never changes, so what was read of one is kept."""

    def __init__(self) -> None:
        self._known: dict[Place, tuple[str, float] | None] = {}
        self._lock = Lock()

    def reply(self, run: str, starts: list[tuple[Place, int | None]], suspects: set[str]) -> wire.Sessions:
        """starts: as the run's index has them. Records that can't be read are left out. Cost: once a read of each
        model record, megabytes where labels are many."""
        found: list[wire.Session] = []
        for place, first_step in starts[-MOST_SESSIONS:]:
            known = self._read(place, suspects)
            if known is not None:
                found.append({"session_id": known[0], "started": known[1], "first_step": first_step})
        return {"run": run, "sessions": found, "left_out": len(starts) - len(found)}

    def _read(self, place: Place, suspects: set[str]) -> tuple[str, float] | None:
        if place in self._known:
            return self._known[place]
        try:
            record = ModelRecord.from_json(read_places([place], suspects)[0])
            known = (record.session_id, record.started)
        except MissingError:
            return None  # it may be there again
        except ValueError:
            known = None
        with self._lock:
            while len(self._known) >= _MOST_KNOWN:
                del self._known[next(iter(self._known))]
            self._known[place] = known
        return known
