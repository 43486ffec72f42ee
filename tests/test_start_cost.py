"""What TensorBoard pays for us at its start and on each listing of its plugins, counted: modules, and what they touch.
`benchmarks/server.py` has the milliseconds."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from event_files import RunWriter, scalar_event, write_run
from server import served
from tensorboard.plugins import base_plugin

from tensorboard_plugin_paramviz.plugin import ParamVizPlugin
from tensorboard_plugin_paramviz.reader import RunIndex

PACKAGE = "tensorboard_plugin_paramviz"
#: TensorBoard as it is just before it loads the first plugin of others.
BEFORE = """
import sys, warnings
warnings.simplefilter("ignore")
import tensorboard.main
from tensorboard import default, program
from tensorboard.backend import application
from tensorboard.plugins import base_plugin
board = program.TensorBoard(plugins=default.get_static_plugins())
board.configure(["tensorboard", "--logdir", "nowhere"])
application.TensorBoardWSGIApp(board.flags, board.plugin_loaders, None, board.assets_zip_provider)
before = set(sys.modules)
"""


def added_by(code: str) -> set[str]:
    """Modules that `code` imports into a TensorBoard that is about to load plugins."""
    script = BEFORE + code + "\nprint(*sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_the_entry_point_imports_nothing_that_could_fail() -> None:
    """TensorBoard doesn't guard it: a library that is broken here would keep all of it from starting."""
    added = added_by(f"import {PACKAGE}.loader")
    ours = {name for name in added if name.startswith(PACKAGE)}
    assert ours == {PACKAGE, f"{PACKAGE}.loader"}
    assert {name.partition(".")[0] for name in added - ours} <= set(sys.stdlib_module_names)


def test_the_start_brings_one_library_and_leaves_what_answers_questions_for_the_first_one() -> None:
    added = added_by(
        f"from {PACKAGE}.loader import ParamVizLoader\n"
        "plugin = ParamVizLoader().load(base_plugin.TBContext(logdir='nowhere'))\n"
        "assert type(plugin).__name__ == 'ParamVizPlugin'"
    )
    libraries = {name for name in added if "." not in name} - set(sys.stdlib_module_names)
    assert libraries == {PACKAGE, "google_crc32c"}, "numpy is TensorBoard's own"
    parts = {name.removeprefix(f"{PACKAGE}.") for name in added if name.startswith(f"{PACKAGE}.")}
    assert not [part for part in parts if part.startswith(("analysis", "capture", "web.export", "web.replies"))]
    assert len(parts) < 40


def test_making_the_plugin_touches_no_file_and_starts_no_thread(tmp_path: Path) -> None:
    code = f"""
import sys, threading
from tensorboard.plugins import base_plugin
from {PACKAGE}.plugin import ParamVizPlugin
touched = []
sys.addaudithook(lambda event, args: touched.append(event) if event in {("open", "os.scandir", "os.listdir")} else None)
plugin = ParamVizPlugin(base_plugin.TBContext(logdir={str(tmp_path)!r}))
plugin.get_plugin_apps(), plugin.frontend_metadata(), plugin.data_plugin_names()
assert touched == [], touched
assert threading.active_count() == 1
"""
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True)


def test_being_active_is_told_from_memory_while_the_index_is_busy(tmp_path: Path) -> None:
    write_run(tmp_path / "a", range(2))
    with served(tmp_path) as (_, plugin):
        plugin._follower.stop()
        assert plugin.is_active()
        held, done = threading.Event(), threading.Event()

        def hold() -> None:
            with plugin._index.lock:
                held.set()
                done.wait(60)

        threading.Thread(target=hold, daemon=True).start()
        held.wait(60)
        try:
            assert plugin.is_active()
            assert not done.is_set()
        finally:
            done.set()


def test_runs_of_others_are_looked_at_when_they_change_and_not_on_every_listing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writers = [RunWriter(tmp_path / str(run)) for run in range(20)]
    looked: list[str] = []
    plain = RunIndex.has_records

    def counted(run: RunIndex) -> bool:
        looked.append(run.run)
        return plain.__get__(run)  # type: ignore[no-any-return]

    with served(tmp_path) as (_, plugin):
        plugin._follower.stop()
        monkeypatch.setattr(RunIndex, "has_records", property(counted))
        for _ in range(5):
            assert not plugin.is_active()
        assert len(looked) == 20
        looked.clear()
        writers[7].append(scalar_event("loss", 1.0, 0))
        plugin._index.poll()
        assert not plugin.is_active()
        assert looked == ["7"]
        writers[7].snapshots(0)
        plugin._index.poll()
        assert plugin.is_active()
        (tmp_path / "7" / "events.out.tfevents.1000.host.1.0").unlink()
        plugin._index.scan()
        assert not plugin.is_active()


def test_a_plugin_over_nothing_is_active_so_that_its_page_can_say_what_to_do() -> None:
    plugin = ParamVizPlugin(base_plugin.TBContext(logdir="/no/such/folder"))
    try:
        assert plugin.is_active()
    finally:
        plugin._follower.stop()
