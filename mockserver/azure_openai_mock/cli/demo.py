"""`demo`: the quick start, run as it stands against a server of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence

STEPS = """client = AzureOpenAI(base_url="{url}/openai/v1/", api_key="anything", api_version="preview")
first = client.responses.create(model="gpt-4o", input="Summarise the plot of Dune in a single sentence.")
second = client.responses.create(model="gpt-4o", previous_response_id=first.id,
                                 input=[{{"role": "user", "content": "Now explain why spice is so valuable."}}])
"""


def demo(argv: Sequence[str]) -> int:
    """Run the quick start and print what came of it."""
    if argv:
        sys.stdout.write(
            "usage: azure-openai-mock demo\n\nStarts a server that keeps nothing, runs the quick start against it, and ends.\n"
        )
        return 0 if argv[0] in ("-h", "--help") else 2
    try:
        import openai
    except ModuleNotFoundError:
        sys.stderr.write("azure-openai-mock demo needs the openai package: pip install openai\n")
        return 2
    server = subprocess.Popen(
        [sys.executable, "-m", "azure_openai_mock", "serve", "--port", "0", "--store", "memory", "--quiet"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "AZURE_OPENAI_MOCK_PROFILE": ""},
    )
    try:
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        sys.stdout.write(STEPS.format(url=url))
        client = openai.AzureOpenAI(base_url=f"{url}/openai/v1/", api_key="anything", api_version="preview")
        first = client.responses.create(model="gpt-4o", input="Summarise the plot of Dune in a single sentence.")
        second = client.responses.create(
            model="gpt-4o",
            previous_response_id=first.id,
            input=[{"role": "user", "content": "Now explain why spice is so valuable."}],
        )
        for name, response in (("first", first), ("second", second)):
            counted = response.usage.input_tokens if response.usage else 0
            sys.stdout.write(
                f"\n{name}.id            {response.id}\n{name}.output_text   {response.output_text}\n{name} input tokens  {counted}\n"
            )
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(10)
        if server.stdout is not None:
            server.stdout.close()
    return 0
