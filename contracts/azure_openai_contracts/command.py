"""`azure-openai-mock contracts`: the catalogue against a cassette, a mock or Azure."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from importlib.util import find_spec

from . import catalogue

EPILOG = """what follows is passed on to pytest:
  azure-openai-mock contracts                                      from cassettes: no network, no server
  azure-openai-mock contracts --target mock                        against a mock of its own
  azure-openai-mock contracts --target mock --base-url URL         against one that runs
  azure-openai-mock contracts --target azure --accept-costs        against Azure (AZURE_OPENAI_ENDPOINT, and a key or an identity)
  azure-openai-mock contracts --driver my_client:call -k chaining  your own function, on the contracts about chaining
"""

NEEDED = ("pytest", "hypothesis", "openai", "vcr", "jsonschema")
"""What the catalogue and its checks import. Looked for first: within pytest it would be a traceback."""


def contracts(argv: Sequence[str]) -> int:
    """Run the catalogue; the exit status is pytest's, 2 for a run that must not begin. Raises ModuleNotFoundError."""
    parser = argparse.ArgumentParser(
        prog="azure-openai-mock contracts",
        description="Hold a target to the contracts of the Responses API.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--target", choices=("cassette", "mock", "azure"), default="cassette", help="what to hold to them (cassette)")
    parser.add_argument("--base-url", default="", help="a running mock, or the Azure resource; without it a mock is started")
    parser.add_argument("--api-key", default="", help="its key")
    parser.add_argument("--driver", default="", help="who calls: openai, openai-async, raw, or MODULE:FUNCTION (the first three)")
    parser.add_argument("--cassettes", default="", help="the folder of cassettes")
    parser.add_argument("--accept-costs", action="store_true", help="agree that calls to Azure cost money")
    given, others = parser.parse_known_args(argv)
    for module in NEEDED:
        if find_spec(module) is None:
            raise ModuleNotFoundError(f"the contracts need {module}", name=module)
    import pytest

    options = [f"--target={given.target}", *(["--accept-costs"] if given.accept_costs else [])]
    for name in ("base_url", "api_key", "driver", "cassettes"):
        if value := getattr(given, name):
            options.append(f"--{name.replace('_', '-')}={value}")
    ours = [
        "-p",
        "azure_openai_contracts.plugin",
        "-c",
        os.devnull,
        "-p",
        "no:cacheprovider",
        "-p",
        "no:hypothesispytest",
        "--import-mode=importlib",
        "-q",
        "-rs",
    ]
    return int(pytest.main([str(catalogue.contracts()), "--rootdir", str(catalogue.contracts()), *ours, *options, *others]))
