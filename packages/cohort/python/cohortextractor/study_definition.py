"""The definition itself: a population and its columns."""

from .encode import encode_definition
from .places import calling_place


class StudyDefinition:
    """Who is in the study and what is known of each; `covariates` are `patients.*` calls by column name."""

    def __init__(self, population, default_expectations=None, index_date=None, **covariates):
        self.index_date = index_date
        self.default_expectations = default_expectations or {}
        self.covariate_definitions = {**covariates, "population": population}
        # Written down at once: whatever the study does to its dictionaries later is not part of the definition.
        self.recording = encode_definition(
            population, default_expectations, index_date, covariates, calling_place()
        )
