"""Calls one hook of PEP 517 on the project in the current folder, as build frontends do, and prints the archive's name.

hooks.py HOOK BACKEND FOLDER
"""

import importlib
import pkgutil
import sys

sys.path.pop(0)  # this script's own folder: a frontend's hooks do not see it
if not hasattr(pkgutil, "ImpImporter"):
    # Python 3.12 dropped this class. setuptools before 66.1 names it, and never needs it.
    pkgutil.ImpImporter = type("ImpImporter", (), {})

hook, backend, folder = sys.argv[1:]
print(getattr(importlib.import_module(backend), hook)(folder))
