"""Executes study definitions and writes down what they defined, or what was wrong with them."""

import importlib
import os
import platform
import re
import sys

from .calls import did_you_mean
from .encode import encode_measure
from .exceptions import MissingParameterError
from .measure import Measure
from .parameters import params
from .places import set_root, study_file, trace_of
from .study_definition import StudyDefinition

DOCUMENT_VERSION = 1
MESSAGE_LENGTH = 4000
TRACE_LENGTH = 30

DEFINITION_FILE = re.compile(r"(study_definition(_\w+)?)\.py")


def record_modules(root, names, given_params):
    """Loads the modules in the order given, all in this process, and returns the whole document.

    The study's root and its `analysis` folder are put at the end of the import path, as studies expect.
    """
    set_root(root)
    sys.path[:] = [entry for entry in sys.path if entry not in ("", root)]
    sys.path.extend([root, os.path.join(root, "analysis")])
    params.clear()
    params.update(given_params)
    modules = []
    for name in names:
        os.chdir(root)  # An earlier module may have left it.
        modules.append(_record_module(name))
    return {
        "version": DOCUMENT_VERSION,
        "python": platform.python_version(),
        "modules": modules,
    }


def list_definitions(root):
    """Names of all definitions that lie directly in `analysis`, sorted."""
    try:
        files = os.listdir(os.path.join(root, "analysis"))
    except OSError:
        return []
    matches = [DEFINITION_FILE.fullmatch(file) for file in sorted(files)]
    return [match.group(1) for match in matches if match]


def _record_module(name):
    recorded = {
        "module": name,
        "definition": None,
        "measures": None,
        "codelists": [],
        "fault": None,
    }
    try:
        module = importlib.import_module(name)
    except BaseException as error:  # Even SystemExit: a study that leaves must not take the recorder along.
        recorded["fault"] = _fault_of(error)
        return recorded

    measures = getattr(module, "measures", None)
    if isinstance(measures, (list, tuple)) and all(isinstance(item, Measure) for item in measures):
        recorded["measures"] = [encode_measure(measure) for measure in measures]
    elif measures is not None:
        recorded["fault"] = _fault_in(module, "bad-study", "'measures' is not a list of Measure(...)")

    study = getattr(module, "study", None)
    if isinstance(study, StudyDefinition):
        recorded["definition"], recorded["codelists"] = study.recording
    elif study is not None:
        recorded["fault"] = _fault_in(module, "bad-study", "'study' is not a StudyDefinition(...)")
    else:
        recorded["fault"] = _fault_in(module, "no-study", "the module does not define 'study'")
    return recorded


def _fault_in(module, kind, message):
    file = study_file(getattr(module, "__file__", None) or "<unknown>")
    return {
        "kind": kind,
        "exception": "",
        "message": message,
        "place": {"file": file, "line": 1} if file else None,
        "trace": [],
    }


def _fault_of(error):
    trace = trace_of(error.__traceback__)
    place = {"file": trace[-1]["file"], "line": trace[-1]["line"]} if trace else None
    kind, message = "exception", _text_of(error)
    if isinstance(error, SyntaxError):
        file = study_file(error.filename or "<unknown>")
        if file is not None:
            kind, message = "syntax", error.msg or message
            place = {"file": file, "line": error.lineno or 1}
    elif isinstance(error, MissingParameterError):
        kind = "missing-param"
    elif isinstance(error, ModuleNotFoundError) and error.name:
        kind, message = "missing-module", error.name
    return {
        "kind": kind,
        "exception": type(error).__name__,
        "message": message[:MESSAGE_LENGTH],
        "place": place,
        "trace": trace[-TRACE_LENGTH:],
    }


def _text_of(error):
    try:
        return str(error) + (_names_near(error) if isinstance(error, NameError) else "")
    except Exception:
        return ""


def _names_near(error):
    """Which of the names that the line at fault could use may have been meant; Python says so to terminals only."""
    step = error.__traceback__
    while step.tb_next is not None:
        step = step.tb_next
    return did_you_mean(error.name or "", {**step.tb_frame.f_globals, **step.tb_frame.f_locals})
