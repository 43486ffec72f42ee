"""What is wrong with a run's files or its model record takes nothing else out of its exports."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from event_files import RunWriter, model_record, snapshot_event
from fault_outcomes import OUTCOMES, struck
from server import PREFIX, served
from tensorboard.compat.proto.event_pb2 import Event

from simulated.faults import FAULTS
from tensorboard_plugin_paramviz.record import encode_model
from tensorboard_plugin_paramviz.web.export.names import FORMATS

WHATS = ("embeddings", "positions", "stats")


def steps_in(content: bytes, form: str) -> list[int]:
    if form == "npz":
        steps: list[int] = np.load(io.BytesIO(content))["steps"].tolist()
        return steps
    if form == "json":
        rows = json.loads(content)["data"]
    else:
        _, *rows = csv.reader(io.StringIO(content.decode(), newline=""))
    return sorted({int(row[0]) for row in rows})


@pytest.mark.parametrize("name", FAULTS)
def test_a_run_with_a_fault_is_exported_as_far_as_it_goes(tmp_path: Path, name: str) -> None:
    struck(tmp_path, name)
    outcome = OUTCOMES[name]
    with served(tmp_path) as (client, _):
        for what in WHATS:
            for form in FORMATS:
                response = client.get(PREFIX + f"export?run=a&what={what}&format={form}")
                answer = response.get_data()
                if outcome.refused is None:
                    assert response.status_code == 200, answer
                    assert steps_in(answer, form) == outcome.steps
                else:
                    assert response.status_code == 404
                    assert outcome.refused in answer.decode()


@pytest.mark.parametrize(
    "odd",
    [
        {"labels": [1, None, 2.5, ["x"], {}], "counts": [1, 2, 3, 4, 5]},
        {"counts": ["a", None, 1.5, [], 3]},
        {"counts": [1 << 70, 0, 0, 0, 0], "rows": [0, 1, 2, 3, 1 << 65]},
        {"rows": ["a", "b", "c", "d", "e"]},
        {"labels": ["\ud800", "\0", "a\0", "", "x" * 100_000]},
        {"role": 3, "encoding": None},
    ],
)
def test_a_model_record_of_another_make_takes_nothing_but_the_labels(tmp_path: Path, odd: dict[str, Any]) -> None:
    writer = RunWriter(tmp_path / "a")
    record = json.loads(model_record().to_json())
    record["embeddings"][0] |= odd
    record["layers"][0] |= {"path": 5, "block": "first"}
    record["layers"][1] |= {"block": [1 << 80]}
    summary = encode_model(model_record())
    summary.value[0].tensor.string_val[0] = json.dumps(record).encode()
    writer.append(Event(wall_time=1.0, step=0, summary=summary).SerializeToString())
    writer.append(*(snapshot_event(step) for step in range(3)))
    with served(tmp_path) as (client, _):
        for what in WHATS:
            for form in FORMATS:
                response = client.get(PREFIX + f"export?run=a&what={what}&format={form}")
                assert response.status_code == 200, response.get_data()
                assert steps_in(response.get_data(), form) == [0, 1, 2]
