"""Errors that a study can catch, and that the recorder tells apart."""


class ValidationError(Exception):
    human_name = "Validation error"


class DummyDataValidationError(ValidationError):
    human_name = "Dummy data error"


class MissingParameterError(ValidationError):
    """The study read a parameter that the command line did not give. Its text is the parameter's name."""

    human_name = "Missing --param error"


class CodelistError(Exception):
    """A codelist that cannot be used. Each kind is also the built-in error that older code would have met."""


class CodelistColumnError(CodelistError, KeyError):
    def __str__(self):
        # KeyError would show its text in quotation marks.
        return str(self.args[0])


class CodelistEncodingError(CodelistError, ValueError):
    pass


class EmptyCodelistError(CodelistError, IndexError):
    pass


class CodelistCategoryError(CodelistError, ValueError):
    pass


class CodelistSystemError(CodelistError, ValueError):
    pass


class UncategorisedCodelistError(CodelistError, AssertionError):
    pass
