"""Calls in, frames out. `front` routes, `gate` refuses in Azure's order, `respond` writes, `transport` is what ASGI cannot do."""
