"""The use cases, one module a resource. Each operation plans (reads only) and runs (may store); nothing here knows HTTP."""
