"""How long models take."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azure_openai_mock.azure.tables import TableError
from azure_openai_mock.behaviour.latency import Span, read
from azure_openai_mock.faults import Wrong
from azure_openai_mock.world import Dice


@pytest.mark.parametrize("given_", [None, "off", False, {"profile": "off"}])
def test_off_is_none(given_):
    assert read(given_) is None


@pytest.mark.parametrize("median, p90", [(0.5, 1.0), (2.0, 9.0), (0.02, 0.02)])
def test_draws_have_the_median_and_the_percentile_that_were_asked_for(median, p90):
    dice = Dice(1)
    drawn = sorted(Span(median, p90).draw(dice) for _ in range(4000))
    assert drawn[2000] == pytest.approx(median, rel=0.1)
    assert drawn[3600] == pytest.approx(p90, rel=0.15)


def test_a_model_without_a_row_takes_that_of_its_family():
    latency = read("typical")
    assert latency.row("gpt-4.1-mini-2025-04-14") == latency.rows["gpt-4.1-mini"]
    assert latency.row("gpt-4.1-2025-04-14") == latency.rows["gpt-4.1"]
    assert latency.row("gpt-4.10") == latency.rows["default"]
    assert latency.row("my-deployment") == latency.rows["default"]


def test_models_that_reason_think_first_and_more_with_effort():
    latency = read("typical")
    waits = [latency.pace("gpt-5", Dice(1), effort=effort).first_token for effort in ("none", "minimal", "low", "medium", "high", "xhigh")]
    assert waits == sorted(waits)
    assert waits[0] < waits[-1]
    assert latency.pace("gpt-4o", Dice(1), effort="none") == latency.pace("gpt-4o", Dice(1), effort="high")


@settings(max_examples=30, deadline=None)
@given(st.integers(), st.sampled_from(["gpt-4o", "gpt-5", "o3", "x"]), st.sampled_from([1, 2, 10, 1000]))
def test_the_same_dice_give_the_same_pace_divided_by_the_speed_up(seed, model, factor):
    plain = read("typical").pace(model, Dice(seed))
    quick = read({"profile": "typical", "speed_up": factor}).pace(model, Dice(seed))
    assert quick.first_token == pytest.approx(plain.first_token / factor)
    assert quick.per_token == pytest.approx(plain.per_token / factor)
    assert read(f"typical*{factor}").pace(model, Dice(seed)) == quick


def test_own_rows_stand_over_the_typical_ones():
    latency = read({"models": {"gpt-4o": {"first_token": 3, "per_token": [0.1, 0.2]}}})
    assert latency.pace("gpt-4o", Dice(1)).first_token == 3
    assert latency.row("gpt-5") == read("typical").row("gpt-5")


def test_a_file_may_hold_them_and_errors_name_file_line_and_key(tmp_path):
    path = tmp_path / "latency.yaml"
    path.write_text("speed_up: 2\nmodels:\n  gpt-4o: {first_token: 3, per_token: 0.1}\n")
    assert read(str(path), files=True).pace("gpt-4o", Dice(1)).first_token == 1.5
    path.write_text("models:\n  gpt-4o:\n    first_tokn: 3\n")
    with pytest.raises(TableError, match=r"latency\.yaml:3: models\.gpt-4o\.first_tokn: unknown key, did you mean 'first_token'"):
        read(str(path), files=True)


def test_a_setting_from_outside_reads_no_files():
    with pytest.raises(Wrong, match="unknown latency profile"):
        read("latency.yaml")


@pytest.mark.parametrize(
    "given_, said",
    [
        ("typicl", "unknown latency profile, did you mean 'typical'?"),
        ({"speed": 3}, "speed: unknown key, did you mean 'speed_up'?"),
        ({"speed_up": 0}, "speed_up: expected a number above 0"),
        ({"models": {"x": {"first_token": 1}}}, "models.x: needs 'per_token'"),
        ({"models": {"x": {"first_token": [3, 1], "per_token": 1}}}, "models.x.first_token: expected seconds, the median first"),
        ({"models": [1]}, "models: expected a mapping of models"),
        (3, "expected off, typical or a mapping, not 3"),
    ],
)
def test_nonsense_is_refused(given_, said):
    with pytest.raises(Wrong) as caught:
        read(given_)
    assert str(caught.value).startswith(said)
