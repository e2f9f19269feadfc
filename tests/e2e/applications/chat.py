"""Production code: an endpoint of Azure's, a credential of whatever machine it runs on, and a chain of two turns."""

from azure.identity import DefaultAzureCredential, get_bearer_token_provider
from openai import AzureOpenAI

credential = DefaultAzureCredential()
client = AzureOpenAI(
    azure_endpoint="https://my-resource.openai.azure.com",
    azure_ad_token_provider=get_bearer_token_provider(credential, "https://cognitiveservices.azure.com/.default"),
    api_version="2025-03-01-preview",
)


def chat() -> str:
    first = client.responses.create(model="gpt-4o", input="Summarise the plot of Dune.")
    second = client.responses.create(model="gpt-4o", previous_response_id=first.id, input="Why is spice so valuable?")
    assert second.previous_response_id == first.id
    return f"{second.status} {second.output_text}"


if __name__ == "__main__":
    print(chat())
