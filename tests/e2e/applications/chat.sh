#!/bin/sh
# Production code: a token of the machine's identity, an endpoint of Azure's, and a chain of two turns.
set -eu
field() { sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p" | head -n 1; }
ask() {
  curl --silent --show-error --fail-with-body "https://my-resource.openai.azure.com/openai/v1/responses?api-version=preview" \
    --header "Authorization: Bearer $token" --header "Content-Type: application/json" --data "$1"
}

token=$(curl --silent --show-error --fail "$IDENTITY_ENDPOINT?resource=https://cognitiveservices.azure.com&api-version=2019-08-01" \
  --header "X-IDENTITY-HEADER: $IDENTITY_HEADER" | field access_token)
first=$(ask '{"model": "gpt-4o", "input": "Summarise the plot of Dune."}' | grep '"id": "resp_' | field id)
ask "{\"model\": \"gpt-4o\", \"previous_response_id\": \"$first\", \"input\": \"Why is spice so valuable?\"}" |
  grep --quiet "\"previous_response_id\": \"$first\""
echo "completed $first"
