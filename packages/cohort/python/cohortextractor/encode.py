"""Python values as the JSON document has them (`RecordedValue` in `document.ts`)."""

import math
import os

from .calls import Call
from .codelistlib import Codelist

SAFE_INTEGER = 2**53 - 1


def encode_definition(population, default_expectations, index_date, covariates, place):
    """One definition with the codelists that it uses, as `(definition, codelists)`."""
    encoder = _Encoder(place)
    definition = {
        "index_date": encoder.value(index_date),
        "default_expectations": encoder.value(default_expectations),
        "population": encoder.column(population),
        "columns": [[name, encoder.column(value)] for name, value in covariates.items()],
        "place": place,
    }
    return definition, encoder.codelists


def encode_measure(measure):
    encoder = _Encoder(measure.place)
    return {
        "id": encoder.value(measure.id),
        "denominator": encoder.value(measure.denominator),
        "numerator": encoder.value(measure.numerator),
        "group_by": encoder.value(list(measure.group_by) or None),
        "small_number_suppression": encoder.value(measure.small_number_suppression),
        "place": measure.place,
    }


class _Encoder:
    def __init__(self, place):
        self.codelists = []
        self._place = place
        self._indexes = {}

    def column(self, value):
        """As `value`, but a plain pair of a function's name and its arguments counts as a call.

        Studies that vary a call build such pairs by hand.
        """
        is_pair = type(value) is tuple and len(value) == 2
        if is_pair and isinstance(value[0], str) and isinstance(value[1], dict):
            return {"call": self._call(value[0], value[1], self._place)}
        return self.value(value)

    def value(self, value):
        if value is None or isinstance(value, (bool, str)):
            return value
        if isinstance(value, int):
            number = int(value)
            return number if abs(number) <= SAFE_INTEGER else {"integer": str(number)}
        if isinstance(value, float):
            return {"float": _float(float(value))}
        if isinstance(value, Call):
            return {"call": self._recorded_call(value)}
        if isinstance(value, Codelist):
            return {"codelist": self._codelist(value)}
        if isinstance(value, list):
            return self._values(value)
        if isinstance(value, tuple):
            return {"tuple": self._values(value)}
        if isinstance(value, dict):
            return {"dict": [[self.value(key), self.value(item)] for key, item in value.items()]}
        if isinstance(value, os.PathLike):
            return self.value(os.fspath(value))
        if hasattr(value, "dtype") and hasattr(value, "tolist"):
            # numpy and pandas: scalars, arrays and series alike.
            plain = value.tolist()
            if type(plain) is not type(value):
                return self.value(plain)
        return {"unsupported": _type_name(type(value))}

    def _values(self, values):
        # Long lists are nearly always texts.
        return [item if type(item) is str else self.value(item) for item in values]

    def _recorded_call(self, call):
        function, arguments = call
        defaults = call.defaults
        wanted = {
            name: value
            for name, value in arguments.items()
            if name in call.given or value is not defaults.get(name)
        }
        return self._call(function, wanted, call.place)

    def _call(self, function, arguments, place):
        arguments = dict(arguments)
        columns = arguments.pop("extra_columns", {})
        return {
            "function": function,
            "arguments": {str(name): self.value(value) for name, value in arguments.items()},
            "columns": [[name, self.column(value)] for name, value in columns.items()],
            "place": place,
        }

    def _codelist(self, codes):
        if id(codes) not in self._indexes:
            self._indexes[id(codes)] = len(self.codelists)
            pairs = codes.has_categories
            self.codelists.append(
                {
                    "system": self.value(codes.system),
                    "codes": self._values([item[0] for item in codes] if pairs else codes),
                    "categories": self._values([item[1] for item in codes]) if pairs else None,
                }
            )
        return self._indexes[id(codes)]


def _float(number):
    if math.isnan(number):
        return "nan"
    if math.isinf(number):
        return "inf" if number > 0 else "-inf"
    return number


def _type_name(kind):
    module = kind.__module__
    return kind.__qualname__ if module == "builtins" else f"{module}.{kind.__qualname__}"
