"""Turns the functions of `patients` into recorders of their own calls."""

import functools

from .places import calling_place

VAR_KEYWORDS = 0x08


class Call(tuple):
    """One call: `(name, arguments)`, defaults included.

    Columns have always been such pairs, and a few studies look inside or change an argument there. `given` holds the
    names of the arguments that the study wrote, `defaults` the values of the others, `place` where the call stands.
    """


def recorded(function):
    """Makes a function, whose body is `return locals()`, return the `Call` of itself."""
    code = function.__code__
    positional = code.co_varnames[: code.co_argcount]
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    values = function.__defaults__ or ()
    defaults = dict(zip(positional[len(positional) - len(values) :], values))
    takes_any_keyword = bool(code.co_flags & VAR_KEYWORDS)

    @functools.wraps(function)
    def call(*args, **kwargs):
        if not takes_any_keyword:
            refuse_unknown(function.__name__, kwargs, names)
        recorded_call = Call((function.__name__, function(*args, **kwargs)))
        recorded_call.given = set(positional[: len(args)]).union(kwargs)
        recorded_call.defaults = defaults
        recorded_call.place = calling_place()
        return recorded_call

    return call


def refuse_unknown(function, given, known):
    """Raises TypeError, with the nearest known name, for a keyword that the function does not have."""
    for name in given:
        if name not in known:
            raise TypeError(
                f"{function}() got an unexpected keyword argument '{name}'{did_you_mean(name, known)}"
            )


def did_you_mean(name, known):
    import difflib  # Only needed once something is wrong; it would slow every start.

    near = difflib.get_close_matches(name, known, n=1)
    return f". Did you mean '{near[0]}'?" if near else ""
