"""Production code in each of Python's HTTP libraries: an endpoint of Azure's, and nothing about a mock."""

import asyncio
import json
import urllib.request

import aiohttp
import httpx
import httpx2
import requests

URL = "https://my-resource.openai.azure.com/openai/v1/responses?api-version=preview"
BODY = {"model": "gpt-4o", "input": "Summarise the plot of Dune."}
HEADERS = {"api-key": "anything"}


def by_urllib() -> str:
    request = urllib.request.Request(URL, json.dumps(BODY).encode(), {**HEADERS, "content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return str(json.load(answer)["status"])


async def by_aiohttp() -> str:
    async with aiohttp.ClientSession(trust_env=True) as session, session.post(URL, json=BODY, headers=HEADERS) as answer:
        return str((await answer.json())["status"])


def main() -> None:
    told = [library.post(URL, json=BODY, headers=HEADERS, timeout=30).json()["status"] for library in (requests, httpx, httpx2)]
    print(*told, by_urllib(), asyncio.run(by_aiohttp()))


main()
