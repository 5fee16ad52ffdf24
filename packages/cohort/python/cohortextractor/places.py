"""Where in the study's own files something is written."""

import os
import sys

PACKAGE = os.path.dirname(os.path.abspath(__file__)) + os.sep

_relative_names = {}
_root = os.getcwd()


def set_root(root):
    """Names the study's folder. Paths are told relative to it."""
    global _root
    _root = root
    _relative_names.clear()


def study_file(filename):
    """The path relative to the study's root, with forward slashes; None for any file that is not the study's own."""
    if filename not in _relative_names:
        _relative_names[filename] = _relative_name(filename)
    return _relative_names[filename]


def _relative_name(filename):
    if filename.startswith("<"):
        return None
    path = os.path.abspath(os.path.join(_root, filename))
    inside = path.startswith(_root.rstrip(os.sep) + os.sep)
    if not inside or path.startswith(PACKAGE) or f"{os.sep}site-packages{os.sep}" in path:
        return None
    return os.path.relpath(path, _root).replace(os.sep, "/")


def calling_place():
    """The innermost line of the study that is being executed.

    Code without a file of the study (a notebook cell, `exec`) is told by whatever name Python has for it.
    """
    frame = sys._getframe(1)
    outside = None
    while frame is not None:
        filename = frame.f_code.co_filename
        name = study_file(filename)
        if name is not None:
            return {"file": name, "line": frame.f_lineno or 1}
        if outside is None and not filename.startswith(PACKAGE):
            outside = {"file": filename, "line": frame.f_lineno or 1}
        frame = frame.f_back
    return outside


def trace_of(traceback):
    """The study's own frames of a traceback, outermost first."""
    frames = []
    while traceback is not None:
        name = study_file(traceback.tb_frame.f_code.co_filename)
        if name is not None:
            function = traceback.tb_frame.f_code.co_name
            frames.append({"file": name, "line": traceback.tb_lineno or 1, "function": function})
        traceback = traceback.tb_next
    return frames
