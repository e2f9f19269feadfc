"""Entra ID, as far as a client of the service meets it: endpoints that give tokens, the documents that say how to check them."""
