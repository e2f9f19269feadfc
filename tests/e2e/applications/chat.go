// Production code: a token of the machine's identity, an endpoint of Azure's, and a chain of two turns.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
)

func main() {
	identity := os.Getenv("IDENTITY_ENDPOINT") + "?resource=https://cognitiveservices.azure.com&api-version=2019-08-01"
	token := sent("GET", identity, "", "X-IDENTITY-HEADER", os.Getenv("IDENTITY_HEADER"))["access_token"].(string)
	first := ask(token, `{"model": "gpt-4o", "input": "Summarise the plot of Dune."}`)["id"].(string)
	second := ask(token, `{"model": "gpt-4o", "previous_response_id": "`+first+`", "input": "Why is spice so valuable?"}`)
	if second["previous_response_id"] != first {
		panic("not chained")
	}
	fmt.Println("completed", first)
}

func ask(token string, body string) map[string]any {
	place := "https://my-resource.openai.azure.com/openai/v1/responses?api-version=preview"
	return sent("POST", place, body, "Authorization", "Bearer "+token)
}

func sent(method string, place string, body string, header string, value string) map[string]any {
	request, err := http.NewRequest(method, place, strings.NewReader(body))
	if err != nil {
		panic(err)
	}
	request.Header.Set(header, value)
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		panic(err)
	}
	defer answer.Body.Close()
	told, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != 200 {
		panic(string(told))
	}
	var object map[string]any
	if err := json.Unmarshal(told, &object); err != nil {
		panic(err)
	}
	return object
}
