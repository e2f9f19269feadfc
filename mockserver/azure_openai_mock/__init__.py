"""A local stand-in for the Azure OpenAI Responses API that a client cannot tell from Azure."""

__version__ = "0.1.0"
