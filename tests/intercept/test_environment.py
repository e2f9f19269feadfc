"""What a program finds in its environment."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azure_openai_mock.intercept.environment import child, hidden, identity, intercepted

CERTIFICATE = Path("/somewhere/ca.pem")


@pytest.mark.parametrize(
    "name", ["AZURE_CLIENT_ID", "AZURE_CLIENT_ANYTHING_NEW", "AZURE_TENANT_ID", "HTTPS_PROXY", "https_proxy", "All_Proxy", "MSI_ENDPOINT"]
)
def test_what_leads_elsewhere_is_hidden(name: str) -> None:
    assert hidden({name: "x", "PATH": "/bin"}) == [name]


@pytest.mark.parametrize("name", ["AZURE_OPENAI_ENDPOINT", "AZURE_OPENAI_API_KEY", "OPENAI_API_VERSION", "PATH", "AZURE_SUBSCRIPTION_ID"])
def test_what_the_program_is_configured_with_is_not(name: str) -> None:
    assert hidden({name: "x"}) == []


@given(st.dictionaries(st.sampled_from(["A", "B", "HTTP_PROXY", "AZURE_CLIENT_ID", "IDENTITY_ENDPOINT"]), st.text(max_size=5)))
def test_a_child_has_everything_else_and_what_is_added(environ: dict[str, str]) -> None:
    made = child(environ, identity("http://127.0.0.1:1", "s"))
    assert made == {**{name: environ[name] for name in environ if name in "AB"}, **identity("http://127.0.0.1:1", "s")}


def test_every_ecosystem_is_told_in_its_own_words() -> None:
    told = intercepted("http://127.0.0.1:1", CERTIFICATE, {})
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"):
        assert told[name] == str(CERTIFICATE)
    for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"):
        assert told[name] == "http://127.0.0.1:1"
    assert told["NODE_USE_ENV_PROXY"] == "1"
    assert told["NO_PROXY"] == told["no_proxy"] == "localhost,127.0.0.1,::1"


def test_java_is_told_where_the_proxy_is_and_whom_to_trust() -> None:
    options = shlex.split(
        intercepted("http://127.0.0.1:1", Path("/some where/ca.pem"), {"JAVA_TOOL_OPTIONS": "-Xmx1g"})["JAVA_TOOL_OPTIONS"]
    )
    assert options[0] == "-Xmx1g"
    assert {"-Dhttps.proxyHost=127.0.0.1", "-Dhttps.proxyPort=1", "-Djavax.net.ssl.trustStore=/some where/ca.p12"} <= set(options)


def test_options_of_node_that_were_there_stay() -> None:
    options = intercepted("http://127.0.0.1:1", CERTIFICATE, {"NODE_OPTIONS": "--max-old-space-size=512"})["NODE_OPTIONS"]
    assert options.startswith("--max-old-space-size=512 --require ")
    assert intercepted("http://127.0.0.1:1", CERTIFICATE, {"NODE_OPTIONS": options})["NODE_OPTIONS"] == options, "once is enough"
