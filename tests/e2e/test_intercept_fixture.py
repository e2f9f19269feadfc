"""The fixture: code with a hard-coded host and a default credential is tested as it is."""

from __future__ import annotations

import os
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

APPLICATION = Path(__file__).parent / "applications" / "chat.py"


@pytest.fixture
def outer(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A project with the application, in the shell of a developer with credentials and a proxy, and a guard at the machine's border."""
    guard = Path(__file__).parent / "applications" / "guard"
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(guard), *(each for each in sys.path if each)]))
    pytester.makeini("[pytest]\naddopts = -p no:cacheprovider\n")
    pytester.makepyfile(chat=APPLICATION.read_text())
    for name, value in {
        "AZURE_CLIENT_ID": "11111111-1111-1111-1111-111111111111",
        "AZURE_CLIENT_SECRET": "not a secret",
        "AZURE_TENANT_ID": "22222222-2222-2222-2222-222222222222",
        "AZURE_TOKEN_CREDENTIALS": "dev",
        "HTTPS_PROXY": "http://192.0.2.1:3128",
        "https_proxy": "http://192.0.2.1:3128",
    }.items():
        monkeypatch.setenv(name, value)
    return pytester


def run(outer: pytest.Pytester) -> pytest.RunResult:
    installed = any(point.value == "azure_openai_mock.pytest_plugin" for point in entry_points(group="pytest11"))
    result = outer.runpytest_subprocess(*(() if installed else ("-p", "azure_openai_mock.pytest_plugin")))
    result.stderr.no_fnmatch_line("*LEFT THE MACHINE*")
    return result


def test_the_application_is_imported_and_called(outer: pytest.Pytester) -> None:
    outer.makepyfile(
        """
        def test_it(azure_openai):
            import chat

            azure_openai.say("It is about a desert.", when={"turn": 1})
            azure_openai.say("It lets ships fly.", when={"turn": 2})
            assert chat.chat() == "completed It lets ships fly."
            assert azure_openai.requests.where(operation="entra.token").count == 1
        """
    )
    run(outer).assert_outcomes(passed=1)


def test_one_that_was_imported_before_the_fixture_is_led_there_too(outer: pytest.Pytester) -> None:
    outer.makepyfile(
        """
        from openai import AzureOpenAI

        client = AzureOpenAI(
            azure_endpoint="https://my-resource.openai.azure.com", api_key="real", api_version="2025-03-01-preview", max_retries=0
        )

        def test_one(azure_openai):
            azure_openai.say("one")
            assert client.responses.create(model="gpt-4o", input="hi").output_text == "one"

        def test_another(azure_openai):
            azure_openai.say("another")
            assert client.responses.create(model="gpt-4o", input="hi").output_text == "another"
        """
    )
    run(outer).assert_outcomes(passed=2)


def test_a_credential_that_found_the_developers_own_secret_gets_its_token_here(
    outer: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The module is imported before any fixture could hide the environment."""
    monkeypatch.delenv("AZURE_TOKEN_CREDENTIALS")
    outer.makepyfile(
        """
        import chat

        def test_it(azure_openai):
            assert chat.chat().startswith("completed ")
            [asked] = azure_openai.requests.where(operation="entra.token")
            assert asked["path"] == "/22222222-2222-2222-2222-222222222222/oauth2/v2.0/token"
            assert asked["body"]["client_secret"] == "<hidden>"
        """
    )
    run(outer).assert_outcomes(passed=1)


def test_tokens_can_be_played(outer: pytest.Pytester) -> None:
    outer.makepyfile(
        """
        import pytest
        from openai import AuthenticationError

        def test_no_role(azure_openai):
            import chat

            azure_openai.change(access={"role": False})
            with pytest.raises(AuthenticationError, match="Principal does not have access"):
                chat.chat()
        """
    )
    run(outer).assert_outcomes(passed=1)
