#!/bin/sh
# A chain of two turns. Needs the profile preview or ga:
#   azure-openai-mock exec -- sh quickstart.sh
set -eu

ask() {
  curl --silent --show-error --fail-with-body "$AZURE_OPENAI_ENDPOINT/openai/v1/responses?api-version=preview" \
    --header "api-key: $AZURE_OPENAI_API_KEY" --header "content-type: application/json" --data "$1"
}

first=$(ask '{"model": "gpt-4o", "input": "Summarise the plot of Dune in a single sentence."}')
id=$(printf '%s' "$first" | sed -n 's/^ *"id": *"\(resp_[^"]*\)".*/\1/p' | head -n 1)
second=$(ask "{\"model\": \"gpt-4o\", \"previous_response_id\": \"$id\", \"input\": \"Now explain why spice is so valuable.\"}")
printf '%s\n' "$second" | grep -q "\"previous_response_id\": *\"$id\""
printf '%s\n' "$second"
