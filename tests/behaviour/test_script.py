"""Rules from files: one vocabulary, errors that name file, line and key."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azure_openai_mock.behaviour import rule
from azure_openai_mock.behaviour.script import Script, ScriptError, load, parse

GOOD = """\
# what the model says
- name: weather
  when:
    model: gpt-4o
    input__contains: weather
  say:
    - {type: function_call, name: get_weather, arguments: {city: Oslo, days: 3, exact: true}}
  fault: [{cut: {after: 6}}]
  times: 2
  probability: .5
- say: 2024-10-21
- say: no
"""


def test_yaml_and_json_read_alike():
    rules = parse(GOOD.encode(), "rules.yaml")
    assert [made.given for made in rules] == [
        made.given for made in parse(json.dumps([made.given for made in rules]).encode(), "rules.json")
    ]
    assert rules[0].says(0)[0]["arguments"] == '{"city":"Oslo","days":3,"exact":true}'
    assert rules[0].probability == 0.5


def test_dates_and_words_stay_texts():
    assert [made.given["say"] for made in parse(GOOD.encode(), "rules.yaml")[1:]] == ["2024-10-21", "no"]
    for word in ("yes", "on", "off", "1:30", "1_000", "0o14", "012", ".inf", "2024-10-21T10:00:00Z"):
        assert parse(f"say: {word}".encode(), "x.yaml")[0].given["say"] == word


@pytest.mark.parametrize("text", ["rules:\n- say: x", "- say: x", "say: x", "\ufeffsay: x"])
def test_a_list_one_rule_or_a_table_of_rules(text):
    assert len(parse(text.encode(), "x.yaml")) == 1


@pytest.mark.parametrize("text", ["", "# nothing\n", "[]", "rules: []"])
def test_a_file_may_hold_no_rules(text):
    assert parse(text.encode(), "x.yaml") == []


def test_anchors_and_merges_work():
    text = "- &base\n  when: {model: gpt-4o}\n  say: x\n- <<: *base\n  say: y\n"
    assert [made.given for made in parse(text.encode(), "x.yaml")] == [
        {"when": {"model": "gpt-4o"}, "say": "x"},
        {"when": {"model": "gpt-4o"}, "say": "y"},
    ]


@pytest.mark.parametrize(
    "text, said",
    [
        ("- say: a\n- when:\n    model: x\n    modle: y\n  say: b", "rules.yaml:4: when.modle: unknown key, did you mean 'model'?"),
        (
            "- say: a\n\n- say:\n  - hi\n  - type: functon_call",
            "rules.yaml:5: say[1].type: unknown item type, did you mean 'function_call'?",
        ),
        ("rules:\n- fault:\n  - delay: 1s\n  - cot: 3", "rules.yaml:4: fault[1].cot: unknown fault, did you mean 'cut'?"),
        ("say: x\ntimes: often", "rules.yaml:2: times: expected a whole number from 0, not 'often'"),
        ("- say: a\n  say: b", "rules.yaml:2: [0].say: is given twice"),
        ("- say: [a", "rules.yaml:"),
        ("- say: !!python/object/apply:os.getcwd []", "rules.yaml:1: [0].say: the tag"),
        ("&a [*a]", "rules.yaml:1: [0]: contains itself"),
        ("- ? [a]\n  : b", "rules.yaml:1: [0]: a key must be a text"),
        ("just words", "rules.yaml:1: expected a rule, not 'just words'"),
    ],
)
def test_errors_of_yaml_name_file_line_and_key(text, said):
    with pytest.raises(ScriptError) as caught:
        parse(text.encode(), "rules.yaml")
    assert str(caught.value).startswith(said)


@pytest.mark.parametrize(
    "text, said",
    [
        (
            '[\n {"say": "a"},\n {"say": "b",\n  "when": {"turn": 1,\n   "modle": "y"}}\n]',
            "rules.json:5: when.modle: unknown key",
        ),
        ('{"rules": [{"say": "a,]}\\n"},\n{"tims": 3}]}', "rules.json:2: tims: unknown key, did you mean 'times'?"),
        ('[\n{"say": "a"},\n]', "rules.json:2: not JSON"),
    ],
)
def test_errors_of_json_do_too(text, said):
    with pytest.raises(ScriptError) as caught:
        parse(text.encode(), "rules.json")
    assert str(caught.value).startswith(said)


def test_a_file_that_cannot_be_read_says_so(tmp_path):
    with pytest.raises(ScriptError, match="cannot be read"):
        load(tmp_path / "none.yaml")
    (tmp_path / "bad.yaml").write_bytes(b"say: ok\nname: \xff")
    with pytest.raises(ScriptError, match=r"bad\.yaml:2: not UTF-8"):
        load(tmp_path / "bad.yaml")


def test_aliases_of_aliases_are_refused():
    text = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9))
    with pytest.raises(ScriptError, match="too many values"):
        parse(text.encode(), "bomb.yaml")


def touch(path: Path, text: str, stamp: int) -> None:
    path.write_text(text)
    os.utime(path, ns=(stamp, stamp))


def test_a_changed_file_is_read_again_and_a_defective_change_keeps_the_rules(tmp_path):
    path = tmp_path / "rules.yaml"
    touch(path, "say: one", 1)
    script = Script(path)
    assert script.poll()
    assert not script.poll()
    touch(path, "say: two", 2)
    assert script.poll()
    assert script.rules[0].given == {"say": "two"}
    touch(path, "sya: three", 3)
    with pytest.raises(ScriptError, match="did you mean 'say'"):
        script.poll()
    assert not script.poll(), "it is complained of once"
    assert script.rules[0].given == {"say": "two"}


def test_json_rules_do_not_import_yaml(tmp_path):
    path = tmp_path / "rules.json"
    path.write_text('{"say": "x"}')
    tables = "from azure_openai_mock.azure import tables; tables.load('inputs'); tables.load('params')"
    read = f"from azure_openai_mock.behaviour.script import load; load({str(path)!r}); sys.exit('yaml' in sys.modules)"
    code = f"import sys; {tables}; sys.modules.pop('yaml', None); {read}"
    done = subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}, check=False)
    assert done.returncode == 0


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=80), st.sampled_from(["x.yaml", "x.json"]))
def test_no_text_breaks_the_reader(text, name):
    try:
        rules = parse(text.encode("utf-8", "replace"), name)
    except ScriptError as error:
        assert str(error).startswith(f"{name}:")  # noqa: PT017 - what it says is the claim
    else:
        assert all(isinstance(made, rule.Rule) for made in rules)
