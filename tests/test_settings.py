"""Where settings come from, which place wins, and what is said of wrong ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azure_openai_mock.settings import OPTIONS, Settings, WrongSetting, gather, settings_from, settings_of

PLACES = ("pyproject.toml [tool.azure-openai-mock]", "azure-openai-mock.yaml", "the environment", "a flag")


def gathered(folder: Path, *, flags: Any = None, environ: Any = None, config: Path | None = None) -> tuple[dict[str, Any], dict[str, str]]:
    return gather(flags or {}, environ=environ or {}, folder=folder, config=config)


def settings(folder: Path, **given: Any) -> Settings:
    return settings_of(*gathered(folder, **given), default_store=lambda: "memory")


@pytest.mark.parametrize("strongest", range(4))
def test_the_strongest_place_wins_and_is_remembered(tmp_path: Path, strongest: int) -> None:
    ports = [1001, 1002, 1003, 1004][: strongest + 1]
    (tmp_path / "pyproject.toml").write_text(f"[tool.azure-openai-mock]\nport = {ports[0]}\n")
    if strongest >= 1:
        (tmp_path / "azure-openai-mock.yaml").write_text(f"port: {ports[1]}\n")
    environ = {"AZURE_OPENAI_MOCK_PORT": str(ports[2])} if strongest >= 2 else {}
    flags = {"port": str(ports[3])} if strongest >= 3 else {}
    values, origins = gathered(tmp_path, flags=flags, environ=environ)
    assert (values["port"], origins["port"]) == (ports[-1], PLACES[strongest])


def test_places_add_up(tmp_path: Path) -> None:
    (tmp_path / "azure-openai-mock.yaml").write_text("profile: ga\nallow-host: [a.example]\n")
    made = settings(tmp_path, environ={"AZURE_OPENAI_MOCK_GATE": "warn"}, flags={"seed": 7})
    assert (made.profile, made.profile_chosen, made.allowed_hosts, made.gate, made.seed) == ("ga", True, ("a.example",), "warn", 7)


def test_nothing_given_is_the_defaults_that_are_documented(tmp_path: Path) -> None:
    assert settings(tmp_path) == Settings()


def test_an_empty_variable_is_not_given(tmp_path: Path) -> None:
    assert not settings(tmp_path, environ={"AZURE_OPENAI_MOCK_PROFILE": ""}).profile_chosen


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_every_option_has_a_variable_and_takes_it(tmp_path: Path, option: Any) -> None:
    example = {
        "port": "1",
        "workers": "2",
        "seed": "3",
        "gate": "warn",
        "deployments": "strict",
        "deployment": "a=gpt-4o",
        "not_registered": "true",
        "replay_pace": "yes",
        "limits": "requests=60,chat:requests=5",
        "chaos_rate": "0.5",
        "max_body": "2048",
        "log_format": "json",
        "quiet": "1",
        "http": "h11",
    }.get(option.name, "x")
    values, origins = gathered(tmp_path, environ={option.variable: example})
    assert set(values) == {option.name}
    assert origins == {option.name: "the environment"}
    made, plain = settings_of(values, origins, default_store=lambda: "memory"), Settings()
    changed = [name for name in Settings.__slots__ if name != "origins" and getattr(made, name) != getattr(plain, name)]
    assert changed, f"{option.name} is read and then forgotten"


@pytest.mark.parametrize(
    "given, said",
    [
        ({"profil": "ga"}, "profil (azure-openai-mock.yaml): no such setting; did you mean profile?"),
        (
            {"limits": {"request": 5}},
            "limits (azure-openai-mock.yaml): request: no such limit; did you mean 'requests'?, not {'request': 5}",
        ),
        ({"gate": "stric"}, "gate (azure-openai-mock.yaml): expected one of strict, warn, off; did you mean strict?"),
        ({"port": 70000}, "port (azure-openai-mock.yaml): expected a whole number from 0 to 65535"),
        ({"port": "80a"}, "port (azure-openai-mock.yaml): expected a whole number from 0 to 65535"),
        ({"quiet": "perhaps"}, "quiet (azure-openai-mock.yaml): expected true or false"),
        ({"chaos-rate": 2}, "chaos-rate (azure-openai-mock.yaml): expected a number from 0 to 1"),
        ({"api-key": [1]}, "api-key (azure-openai-mock.yaml): expected a list of texts"),
        ({"deployment": [1]}, "deployment (azure-openai-mock.yaml): expected a mapping of names to models"),
    ],
)
def test_a_wrong_setting_is_named_with_its_place_and_what_would_do(tmp_path: Path, given: dict[str, Any], said: str) -> None:
    import yaml

    (tmp_path / "azure-openai-mock.yaml").write_text(yaml.safe_dump(given))
    with pytest.raises(WrongSetting) as wrong:
        gathered(tmp_path)
    assert str(wrong.value).startswith(said)


def test_a_wrong_flag_and_a_wrong_variable_are_named_as_they_were_written(tmp_path: Path) -> None:
    with pytest.raises(WrongSetting, match=r"^--gate \(a flag\)"):
        gathered(tmp_path, flags={"gate": "x"})
    with pytest.raises(WrongSetting, match=r"^AZURE_OPENAI_MOCK_GATE \(the environment\)"):
        gathered(tmp_path, environ={"AZURE_OPENAI_MOCK_GATE": "x"})


@pytest.mark.parametrize("text", ["- a\n- b\n", "just text", "a: [", "port: !!python/object:os.system {}"])
def test_a_file_that_is_no_mapping_is_refused_and_never_code(tmp_path: Path, text: str) -> None:
    (tmp_path / "azure-openai-mock.yaml").write_text(text)
    with pytest.raises(WrongSetting, match=r"^azure-openai-mock\.yaml"):
        gathered(tmp_path)


def test_a_file_that_was_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(WrongSetting, match="--config: there is no file"):
        gathered(tmp_path, config=tmp_path / "none.yaml")


def test_a_pyproject_of_somebody_elses_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.other]\nport = 'not ours'\n")
    assert gathered(tmp_path) == ({}, {})
    (tmp_path / "pyproject.toml").write_text("[tool.azure-openai-mock\n")
    with pytest.raises(WrongSetting, match=r"^pyproject\.toml"):
        gathered(tmp_path)


def test_yaml_words_that_mean_something_else_are_understood(tmp_path: Path) -> None:
    (tmp_path / "azure-openai-mock.yaml").write_text("gate: off\nlatency: 'off'\n")
    assert settings(tmp_path).gate == "off"


def test_arguments_of_a_fixture_are_settings_too() -> None:
    made = settings_from({"profile": "ga", "api_key": ["k"], "region": None})
    assert (made.profile, made.api_keys, made.region, made.store) == ("ga", ("k",), None, "memory")
    with pytest.raises(WrongSetting, match="did you mean profile"):
        settings_from({"profle": "ga"})


VALUES = st.text(max_size=12) | st.integers() | st.booleans() | st.none()


@given(st.dictionaries(st.sampled_from([option.name for option in OPTIONS]), VALUES))
def test_whatever_is_given_is_a_setting_or_one_sentence(flags: dict[str, Any]) -> None:
    said = ""
    try:
        values, origins = gather(flags, environ={}, folder=Path("/nonexistent"))
        assert isinstance(settings_of(values, origins, default_store=lambda: "memory"), Settings)
    except WrongSetting as wrong:
        said = str(wrong)
    assert "\n" not in said


@pytest.mark.parametrize(
    "spelled, meant",
    [
        ("requests=60,tokens=10000", {"requests": 60, "tokens": 10000}),
        ("tokens=900,window=10s,gpt-4.1:requests=5", {"tokens": 900, "window": "10s", "deployments": {"gpt-4.1": {"requests": 5}}}),
        ("ft:mine:tokens=1,ft:mine:headers=none", {"deployments": {"ft:mine": {"tokens": 1, "headers": "none"}}}),
        ("off", None),
    ],
)
def test_limits_are_spelled_on_one_line_as_they_are_meant_in_yaml(tmp_path: Path, spelled: str, meant: Any) -> None:
    assert settings(tmp_path, flags={"limits": spelled}).limits == meant == settings(tmp_path, flags={"limits": meant or False}).limits


@pytest.mark.parametrize(
    "spelled, said",
    [
        ("request=5", "--limits (a flag): request: no such limit; did you mean 'requests'?"),
        ("requests=many", "--limits (a flag): requests: a whole number per minute"),
        ("chat:tokens=-1", "--limits (a flag): deployments.chat.tokens: a whole number per minute"),
        ("headers=nun", "--limits (a flag): headers: one of both, retry-after, retry-after-ms, none"),
    ],
)
def test_limits_that_cannot_be_are_named_with_what_can(tmp_path: Path, spelled: str, said: str) -> None:
    with pytest.raises(WrongSetting) as caught:
        settings(tmp_path, flags={"limits": spelled})
    assert str(caught.value).startswith(said)
