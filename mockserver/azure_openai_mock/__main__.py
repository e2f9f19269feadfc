"""`python -m azure_openai_mock`: the same as the command `azure-openai-mock`."""

from __future__ import annotations

import sys

from .cli import main

if __name__ == "__main__":
    sys.exit(main())
