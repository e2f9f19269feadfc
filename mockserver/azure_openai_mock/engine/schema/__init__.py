"""JSON Schema for structured output: what the service refuses, whether a value satisfies a schema, and a value that does."""

from .problem import SchemaProblem, Unsatisfiable
from .sample import Want, sample
from .strict import PROBLEMS, check_loose, check_strict, normalise_strict
from .validate import validate

__all__ = ["PROBLEMS", "SchemaProblem", "Unsatisfiable", "Want", "check_loose", "check_strict", "normalise_strict", "sample", "validate"]
