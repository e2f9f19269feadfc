"""Contract tests for the Azure OpenAI Responses API: the same claims against a cassette, the mock and Azure."""
