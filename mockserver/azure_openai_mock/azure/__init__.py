"""Azure's facts, as tables with their sources, and what reads them. Pure and synchronous; knows no store and no HTTP server."""
