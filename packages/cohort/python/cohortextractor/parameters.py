"""Values that an action's `--param name=value` gives to the definition."""

from .exceptions import MissingParameterError


class Parameters(dict):
    """A dict of texts. Asking for one that was not given says which one is missing."""

    def __missing__(self, name):
        raise MissingParameterError(name)


params = Parameters()
