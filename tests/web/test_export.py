"""What a run holds comes out as it went in: read back by pandas, numpy and json, for every kind, format and choice of
steps."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from asking import binary
from basis_runs import FALLING, BasisRun, spectrum
from event_files import EMBEDDING, write_run
from export_runs import DIMS, IDS, LABELS, OTHER, ROWS, STEPS, write_awkward
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from looking import index_of
from server import PREFIX, served
from tensorboard.errors import NotFoundError
from werkzeug.test import Client

from tensorboard_plugin_paramviz.reader import SnapshotReader
from tensorboard_plugin_paramviz.record import STATS, Snapshot, dequantize
from tensorboard_plugin_paramviz.record.names import GEOMETRY_STATS, PROBE_STATS
from tensorboard_plugin_paramviz.web.export.export import WRITERS
from tensorboard_plugin_paramviz.web.export.names import FORMATS, WHATS
from tensorboard_plugin_paramviz.web.export.sources import SOURCES
from tensorboard_plugin_paramviz.web.export.steps import chosen

BOTH = f"'{OTHER}', '{EMBEDDING}'"
OF = f"&embedding={EMBEDDING}"


@pytest.fixture(scope="module")
def logdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("logs")


@pytest.fixture(scope="module")
def truth(logdir: Path) -> dict[int, Snapshot]:
    return write_awkward(logdir / "a")


@pytest.fixture(scope="module")
def client(logdir: Path, truth: dict[int, Snapshot]) -> Iterator[Client]:
    write_run(logdir / "one", range(3))
    with served(logdir) as (client, _):
        yield client


def get(client: Client, question: str, run: str = "a") -> bytes:
    response = client.get(PREFIX + f"export?run={run}&{question}")
    assert response.status_code == 200, response.get_data(as_text=True)
    return response.get_data()


def frame(client: Client, question: str, form: str) -> pd.DataFrame:
    """As docs/export.md says it is read."""
    content = get(client, f"{question}&format={form}")
    if form == "csv":
        return pd.read_csv(io.BytesIO(content), keep_default_na=False, na_values={"count": [""]}, dtype={"label": str})
    table = json.loads(content)
    return pd.DataFrame(table["data"], columns=table["columns"])


def numbers(table: pd.DataFrame, columns: list[str]) -> np.ndarray:
    return table[columns].replace("", np.nan).to_numpy(np.float64).astype(np.float32)


def arrays_of(client: Client, question: str) -> dict[str, Any]:
    return dict(np.load(io.BytesIO(get(client, question + "&format=npz")), allow_pickle=False))


@pytest.mark.parametrize("form", ["csv", "json"])
def test_embeddings_as_a_table_are_the_recorded_ones_to_the_last_bit(
    client: Client, truth: dict[int, Snapshot], form: str
) -> None:
    table = frame(client, f"what=embeddings{OF}", form)
    assert table["step"].tolist() == np.repeat(STEPS, ROWS).tolist()
    assert table["wall_time"].tolist() == [1000.5 + step for step in np.repeat(STEPS, ROWS)]
    assert table["row"].tolist() == list(IDS) * len(STEPS)
    assert table["label"].tolist() == list(LABELS) * len(STEPS)
    assert table["count"].tolist() == list(range(ROWS)) * len(STEPS)
    dims = [f"d{dim}" for dim in range(DIMS)]
    recorded = [truth[step].embeddings[EMBEDDING] for step in STEPS]
    np.testing.assert_array_equal(numbers(table, dims), np.concatenate([rows.values for rows in recorded]))
    for column in ("grad_norm", "update_norm"):
        expected = np.concatenate([getattr(rows, column + "s") for rows in recorded])
        if form == "json":  # which has no infinity
            expected[np.isinf(expected)] = np.nan
        np.testing.assert_array_equal(numbers(table, [column])[:, 0], expected)
    lengths = np.linalg.norm(numbers(table, dims).astype(np.float64), axis=1)
    np.testing.assert_allclose(numbers(table, ["norm"])[:, 0], lengths, rtol=1e-5)


def test_embeddings_as_npz_are_stacked_with_their_labels(client: Client, truth: dict[int, Snapshot]) -> None:
    arrays = arrays_of(client, f"what=embeddings{OF}")
    assert arrays["steps"].tolist() == list(STEPS)
    assert arrays["wall_times"].tolist() == [1000.5 + step for step in STEPS]
    assert (arrays["rows"].tolist(), arrays["labels"].tolist()) == (list(IDS), list(LABELS))
    assert arrays["counts"].tolist() == list(range(ROWS))
    recorded = [truth[step].embeddings[EMBEDDING] for step in STEPS]
    for name in ("values", "grad_norms", "update_norms"):
        assert arrays[name].dtype == np.float32
        np.testing.assert_array_equal(arrays[name], np.stack([getattr(rows, name) for rows in recorded]))
    assert arrays["norms"].shape == (len(STEPS), ROWS)
    about = json.loads(str(arrays["about"]))
    assert (about["run"], about["embedding"], about["shape"]) == ("a", EMBEDDING, [1000, DIMS])


def test_rows_in_a_basis_come_out_in_their_full_width_with_the_lengths_they_had(tmp_path: Path) -> None:
    run = BasisRun(tmp_path / "a")
    values = spectrum(0, FALLING)
    for step in range(3):
        run.snapshot(step, values * np.float32(step + 1))
    reader = SnapshotReader(index_of(tmp_path).runs["a"])
    with served(tmp_path) as (client, _):
        arrays = arrays_of(client, "what=embeddings")
    for at in range(3):
        np.testing.assert_array_equal(arrays["values"][at], dequantize(reader.embedding(EMBEDDING, at).rows))
        np.testing.assert_allclose(arrays["norms"][at], np.linalg.norm(values * (at + 1), axis=1), rtol=1e-5)


def test_positions_are_those_that_the_page_draws_and_follow_from_directions_and_center(client: Client) -> None:
    _, drawn = binary.decode(client.get(PREFIX + f"positions?run=a{OF}").get_data())
    arrays = arrays_of(client, f"what=positions{OF}")
    np.testing.assert_array_equal(arrays["positions"], drawn["positions"])
    values = arrays_of(client, f"what=embeddings{OF}")["values"].astype(np.float64)
    with np.errstate(invalid="ignore"):
        again = (values - arrays["center"]) @ arrays["directions"]
    np.testing.assert_allclose(again, drawn["positions"], rtol=1e-3, atol=1e-3 * np.nanmax(np.abs(drawn["positions"])))
    for form in ("csv", "json"):
        table = frame(client, f"what=positions{OF}", form)
        np.testing.assert_array_equal(numbers(table, ["x", "y", "z"]), drawn["positions"].reshape(-1, 3))


def test_stats_have_a_row_for_each_step_and_layer(client: Client, truth: dict[int, Snapshot]) -> None:
    expected = np.stack([truth[step].stats for step in STEPS])  # [T, L, S]
    arrays = arrays_of(client, "what=stats")
    np.testing.assert_array_equal(arrays["stats"], expected)
    assert arrays["stat_names"].tolist() == list(STATS)
    assert arrays["layers"].tolist() == [EMBEDDING, "lm_head", "transformer.h.0.mlp"]
    assert arrays["roles"].tolist() == ["token_embedding", "lm_head", "mlp_up"]
    assert arrays["blocks"].tolist() == [-1, -1, 0]
    table = frame(client, "what=stats", "csv")
    np.testing.assert_array_equal(numbers(table, list(STATS)), expected.reshape(-1, len(STATS)))
    assert table["layer"].tolist() == arrays["layers"].tolist() * len(STEPS)
    assert table["block"].tolist()[:3] == ["", "", 0] or table["block"].tolist()[:3] == ["", "", "0"]
    expected[np.isinf(expected)] = np.nan
    table = frame(client, "what=stats", "json")
    np.testing.assert_array_equal(numbers(table, list(STATS)), expected.reshape(-1, len(STATS)))


@pytest.mark.parametrize(
    ("what", "columns"),
    [("probe", PROBE_STATS), ("geometry", GEOMETRY_STATS), ("learning_rates", ("learning_rate",))],
)
def test_the_small_figures_have_the_steps_at_which_they_were_measured(
    client: Client, truth: dict[int, Snapshot], what: str, columns: tuple[str, ...]
) -> None:
    def figures(snapshot: Snapshot) -> Any:
        return snapshot.geometry.get(EMBEDDING) if what == "geometry" else getattr(snapshot, what)

    measured = {step: value for step in STEPS if (value := figures(truth[step])) is not None}
    arrays = arrays_of(client, f"what={what}")
    assert arrays["steps"].tolist() == list(measured)
    np.testing.assert_array_equal(arrays[what], np.stack(list(measured.values())))
    for form in ("csv", "json"):
        table = frame(client, f"what={what}", form)
        np.testing.assert_array_equal(
            numbers(table, list(columns)), np.stack(list(measured.values())).reshape(-1, len(columns))
        )


def test_everything_in_every_format_is_the_same_bytes_each_time_and_needs_no_embedding_where_there_is_one(
    client: Client,
) -> None:
    for what in ("embeddings", "positions", "stats"):
        for form in FORMATS:
            question = f"what={what}&format={form}"
            assert get(client, question, "one") == get(client, question, "one")


def test_all_that_is_named_is_there() -> None:
    assert list(SOURCES) == list(WHATS)
    assert list(WRITERS) == list(FORMATS)


@pytest.mark.parametrize(
    ("asked", "steps"),
    [
        ("all", list(STEPS)),
        ("first", [0]),
        ("last", [190]),
        ("20,0", [0, 20]),
        ("100-130", [100, 110, 120, 130]),
        ("95-125", [100, 110, 120]),
        ("150-", [150, 160, 170, 180, 190]),
        ("0-100:50", [0, 50, 100]),
        ("0-30, last, 10", [0, 10, 20, 30, 190]),
    ],
)
def test_steps_are_chosen_by_value(client: Client, asked: str, steps: list[int]) -> None:
    assert arrays_of(client, f"what=stats&steps={asked}")["steps"].tolist() == steps


@given(
    steps=st.sets(st.integers(-50, 50), min_size=1),
    parts=st.lists(
        st.one_of(
            st.sampled_from(["all", "first", "last"]),
            st.integers(-60, 60),
            st.tuples(st.integers(-60, 60), st.one_of(st.none(), st.integers(-60, 60)), st.integers(0, 9)),
        ),
        min_size=1,
        max_size=4,
    ),
)
def test_the_choice_of_steps_agrees_with_looking_at_each(steps: set[int], parts: list[Any]) -> None:
    rising = sorted(steps)
    texts, asked = [], set()
    for part in parts:
        if isinstance(part, str):
            texts.append(part)
            found = {"all": steps, "first": {rising[0]}, "last": {rising[-1]}}[part]
        elif isinstance(part, int):
            texts.append(str(part))
            found = {part} & steps
        else:
            first, last, stride = part
            texts.append(f"{first}-{'' if last is None else last}" + (f":{stride}" if stride else ""))
            assume(last is None or last >= first)
            found = {step for step in steps if step in range(first, (100 if last is None else last) + 1, stride or 1)}
        asked |= found
        if not found:
            asked = set()
            break
    text, recorded = ",".join(texts), np.array(rising, np.int64)
    if not asked:
        with pytest.raises(NotFoundError):
            chosen(text, recorded, "it")
        return
    ordinals = chosen(text, recorded, "it")
    assert {rising[ordinal] for ordinal in ordinals} == asked
    assert (np.diff(ordinals) > 0).all()


@pytest.mark.parametrize(
    ("question", "status", "words"),
    [
        ("what=stats&format=csv", 400, "argument 'run' is missing"),
        ("run=a&format=csv", 400, "argument 'what' is missing"),
        ("run=a&what=stats", 400, "argument 'format' is missing"),
        ("run=a&what=stats&format=xls", 400, "argument 'format' must be csv, json or npz; not 'xls'"),
        ("run=a&what=insights&format=csv", 400, "argument 'what' must be embeddings, positions, stats, probe,"),
        ("run=a&what=stats&format=csv&steps=1,x", 400, "argument 'steps' takes forms like all; first, last; 500; "),
        ("run=a&what=stats&format=csv&steps=20-10", 400, "argument 'steps': '20-10' holds no step"),
        ("run=a&what=stats&format=csv&steps=0-10:0", 400, "argument 'steps': '0-10:0' holds no step"),
        ("run=a&what=stats&format=csv&steps=" + "1," * 2000, 400, "argument 'steps' has 2001 parts, at most 1000"),
        ("run=a&what=stats&format=csv&steps=11", 404, "stats in run 'a' has no snapshot at '11'; nearest: 10, 20"),
        ("run=a&what=stats&format=csv&steps=300-400", 404, "'300-400'; there are 20 from 0 to 190"),
        ("run=c&what=stats&format=csv", 404, "no run 'c'; there are 'a', 'one'"),
        ("run=a&what=embeddings&format=csv", 400, f"argument 'embedding' is missing: say which of {BOTH}"),
        ("run=a&what=embeddings&format=csv&embedding=x", 404, f"no embeddings of 'x'; it has those of '{OTHER}'"),
        (f"run=a&what=stats&format=csv{OF}", 400, "argument 'embedding': stats are of the whole run; leave it out"),
        ("run=one&what=probe&format=csv", 404, "run 'one' has no probe; it has embeddings, positions, stats"),
        ("run=a&what=stats&format=csv&step=1", 400, "unknown argument 'step'"),
    ],
)
def test_a_wrong_question_gets_one_line_that_names_the_mend(
    client: Client, question: str, status: int, words: str
) -> None:
    response = client.get(PREFIX + "export?" + question)
    answer = response.get_data(as_text=True)
    assert (response.status_code, words in answer, answer.count("\n")) == (status, True, 0), answer


WORDS = st.one_of(
    st.sampled_from(["a", "one", *WHATS, *FORMATS, EMBEDDING, "all"]),
    st.from_regex(r"(-?[0-9]{1,21}|first|last|,|-|:| )*", fullmatch=True),
    st.text(max_size=30),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(
    run=st.one_of(st.just("a"), WORDS),
    what=st.one_of(st.sampled_from(list(WHATS)), WORDS),
    form=st.one_of(st.sampled_from(list(FORMATS)), WORDS),
    others=st.dictionaries(st.sampled_from(["steps", "embedding", "x"]), WORDS),
)
def test_no_question_is_a_fault_of_the_server(
    client: Client, run: str, what: str, form: str, others: dict[str, str]
) -> None:
    question = {"run": run, "what": what, "format": form, **others}
    response = client.get(PREFIX + "export", query_string=question)
    assert response.status_code in (200, 400, 404), (question, response.get_data(as_text=True))


def test_the_file_is_named_after_what_it_holds_and_head_tells_it_without_the_work(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def working(_: object) -> Iterator[bytes]:
        yield b""
        pytest.fail("nobody reads it")

    monkeypatch.setitem(WRITERS, "npz", working)
    response = client.head(PREFIX + f"export?run=a&what=embeddings&format=npz&steps=0-100:20{OF}")
    name = response.headers["Content-Disposition"].partition("filename=")[2].strip('"')
    assert name == f"a-embeddings-{EMBEDDING}-steps_0-100_20.npz"
    assert (response.status_code, response.get_data()) == (200, b"")


@pytest.mark.parametrize("run", ["..", 'x"; y', "nul\n", "é/ü", ".hidden", "r" * 200])
def test_no_name_of_a_run_makes_a_name_of_a_file_that_hurts(tmp_path: Path, run: str) -> None:
    directory = tmp_path / "logs" if run == ".." else tmp_path / run
    write_run(directory, range(1))
    with served(tmp_path) as (client, plugin):
        (name,) = plugin._index.runs
        response = client.get(PREFIX + "export", query_string={"run": name, "what": "stats", "format": "csv"})
    header = response.headers["Content-Disposition"]
    file_name = header.removeprefix('attachment; filename="').removesuffix('"')
    assert set(file_name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
    assert file_name.endswith(".csv")
    assert not file_name.startswith((".", "-"))
    assert len(file_name) < 160
