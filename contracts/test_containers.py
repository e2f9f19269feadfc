"""Containers, in which code runs and leaves its files."""

from __future__ import annotations

from azure_openai_contracts.case import Client


def test_a_container_runs_until_it_is_deleted(client: Client) -> None:
    made = client.call("containers.create", name="workbench")
    assert client.call("containers.retrieve", made.body["id"]).body["status"] == "running"
    assert client.call("containers.delete", made.body["id"]).body["deleted"] is True
    assert client.call("containers.retrieve", made.body["id"]).status == 404


def test_the_files_of_a_container_are_listed(client: Client) -> None:
    given = client.upload("desert.txt", b"Arrakis is a desert planet.\n")
    made = client.call("containers.create", name="workbench")
    put = client.call("containers.files.create", made.body["id"], file_id=given.body["id"])
    assert put.body["object"] == "container.file"
    listed = client.call("containers.files.list", made.body["id"])
    assert [one["id"] for one in listed.body["data"]] == [put.body["id"]]
