"""JSON Schema for structured output: what the service refuses, whether a value satisfies a schema, and a value that does."""

from .problem import SchemaProblem, Unsatisfiable
from .sample import sample
from .validate import validate

__all__ = ["SchemaProblem", "Unsatisfiable", "sample", "validate"]
