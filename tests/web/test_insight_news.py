"""Of a run that grows each finding is told once, when it has stayed, and again when it has become worse."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tensorboard_plugin_paramviz.web.insight_news import STEADY_SNAPSHOTS, News
from tensorboard_plugin_paramviz.web.wire_insights import Finding, Insights


def finding(insight: str = "plateau", severity: str = "watch", first: int = 100, **more: Any) -> Finding:
    known: dict[str, Any] = {"last_step": 500, "layers": [], "tokens": [], "confidence": 0.8, **more}
    return {"insight": insight, "severity": severity, "first_step": first, **known}


def reply(snapshots: int, *findings: Finding, generation: int = 0) -> Insights:
    phase = {"name": "refinement", "first_step": 0, "last_step": 999}
    return {"generation": generation, "snapshots": snapshots, "phases": [phase], "findings": list(findings)}


def told(news: News, insights: Insights, *, settled: bool = False) -> list[tuple[str, int, str | None]]:
    return [
        (one.finding["severity"], one.finding["first_step"], one.before) for one in news.take(insights, settled=settled)
    ]


def test_what_the_next_snapshots_take_back_is_not_told() -> None:
    news = News()
    assert told(news, reply(10, finding())) == []
    assert told(news, reply(12, finding())) == []
    assert told(news, reply(13)) == []
    assert told(news, reply(14, finding())) == [], "it has to stay anew"
    assert told(news, reply(14 + STEADY_SNAPSHOTS, finding())) == [("watch", 100, None)]


def test_it_is_told_once_though_its_onset_moves_a_little() -> None:
    news = News()
    assert told(news, reply(10, finding()), settled=True) == [("watch", 100, None)]
    for first in (101, 115, 92):
        assert told(news, reply(30, finding(first=first)), settled=True) == []


def test_what_is_certain_is_told_at_once() -> None:
    assert told(News(), reply(1, finding("non_finite", "problem", confidence=1.0))) == [("problem", 100, None)]


def test_worse_is_told_again_and_better_is_not() -> None:
    news = News()
    told(news, reply(10, finding(severity="note")), settled=True)
    assert told(news, reply(20, finding(severity="problem")), settled=True) == [("problem", 100, "note")]
    assert told(news, reply(30, finding(severity="watch")), settled=True) == []
    assert told(news, reply(40, finding(severity="problem")), settled=True) == []


def test_two_spikes_are_two_findings_and_two_layers_are_too() -> None:
    news = News()
    one, other = finding("spike", first=100, last_step=104), finding("spike", first=300, last_step=301)
    assert len(told(news, reply(10, one, other), settled=True)) == 2
    blocks = [finding("dead_units", layers=["h.0"]), finding("dead_units", layers=["h.1"])]
    assert len(told(news, reply(20, one, other, *blocks), settled=True)) == 2
    wider = finding("dead_units", layers=["h.1", "h.2"])
    assert told(news, reply(30, one, other, blocks[0], wider), settled=True) == []
    blamed = finding("spike", first=100, last_step=104, layers=["h.0"])
    assert told(news, reply(40, blamed, other), settled=True) == [], "another guess at the cause is no other spike"


def test_a_run_that_went_back_and_fails_again_is_told_again() -> None:
    news = News()
    sick = finding("divergence", "problem", 500, last_step=900)
    early = finding("initial_loss", first=0, last_step=0)
    assert len(told(news, reply(90, sick, early), settled=True)) == 2
    assert told(news, reply(40, early, generation=1), settled=True) == []
    assert told(news, reply(90, sick, early, generation=1), settled=True) == [("problem", 500, None)]


@given(st.lists(st.tuples(st.sampled_from(["note", "watch", "problem"]), st.integers(0, 20)), min_size=1, max_size=12))
def test_whatever_a_severity_does_each_height_is_told_at_most_once_and_rises(course: list[tuple[str, int]]) -> None:
    """Naive oracle: the running maximum, wherever it rises."""
    order, highest, expected = ["note", "watch", "problem"], -1, []
    news, found, count = News(), [], 0
    for severity, more in course:
        count += more
        found += [one for one, _, _ in told(news, reply(count, finding(severity=severity)), settled=True)]
        if order.index(severity) > highest:
            highest = order.index(severity)
            expected.append(severity)
    assert found == expected


def test_groups_of_other_tokens_are_other_findings() -> None:
    news = News()
    born = [finding("cluster_born", first=100, last_step=100, tokens=list(letters)) for letters in ("abc", "xyz")]
    assert len(told(news, reply(10, *born), settled=True)) == 2
    grown = finding("cluster_born", first=102, last_step=102, tokens=list("abcd"))
    assert told(news, reply(20, grown, born[1]), settled=True) == []
