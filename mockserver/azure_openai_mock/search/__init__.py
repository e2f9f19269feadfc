"""A local text search: files become text, text becomes chunks, chunks are ranked. Synchronous; nothing here is stored or fetched."""
