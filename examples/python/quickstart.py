"""A chain of two turns. Needs the profile preview or ga:

azure-openai-mock exec -- python quickstart.py
"""

import os

from openai import AzureOpenAI

client = AzureOpenAI(base_url=os.environ["AZURE_OPENAI_BASE_URL"], api_key=os.environ["AZURE_OPENAI_API_KEY"], api_version="preview")
first = client.responses.create(model="gpt-4o", input="Summarise the plot of Dune in a single sentence.")
second = client.responses.create(model="gpt-4o", previous_response_id=first.id, input="Now explain why spice is so valuable.")
assert second.previous_response_id == first.id
print(second.output_text)
