"""Print stdlib.txt: every top-level module of every Python's standard library.

    pip install stdlib-list==0.12.0
    python stdlib.py PYTHON... > ../stdlib.txt

Two sources are joined: the lists of the package stdlib-list (which know modules
of other platforms and of versions nobody has installed), and what each PYTHON,
an interpreter, says of itself: sys.stdlib_module_names since 3.10, before that
its built-in modules and what lies in its library folders.
"""

import re
import subprocess
import sys
from importlib.metadata import version

import stdlib_list

# Runs in every Python since 2.6.
PROGRAM = r"""
import os, sys, sysconfig
names = set(getattr(sys, "stdlib_module_names", ()))
if not names:
    names.update(sys.builtin_module_names)
    lib = sysconfig.get_paths()["stdlib"]
    for folder in [""] + os.listdir(lib):
        if folder not in ("", "lib-dynload", "lib-tk", "lib-old") and not folder.startswith("plat-"):
            continue
        for entry in os.listdir(os.path.join(lib, folder)):
            package = os.path.join(lib, folder, entry, "__init__.py")
            if entry.endswith((".py", ".so")) or os.path.exists(package):
                names.add(entry.split(".")[0])
print("%d.%d %s" % (sys.version_info[0], sys.version_info[1], " ".join(names)))
"""


def asked(python):
    """Returns the version of an interpreter and its top-level modules."""
    out = subprocess.run([python, "-c", PROGRAM],
                         capture_output=True, text=True, check=True).stdout.split()
    return out[0], out[1:]


def normal(module):
    """Returns a module's name as a project name; None when it can be none."""
    if not re.fullmatch(r"[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9_]*[A-Za-z0-9]", module):
        return None
    return re.sub(r"_+", "-", module).lower()


def main():
    modules, asked_versions = set(), []
    for python in sys.argv[1:]:
        number, found = asked(python)
        asked_versions.append(number)
        modules.update(found)
    for number in stdlib_list.short_versions:
        # A module may be listed by its submodules only. "lib.libpython3" is a slip of the list: a file, no module.
        modules.update(name.split(".")[0] for name in stdlib_list.stdlib_list(number) if name != "lib.libpython3")
    asked_versions.sort(key=lambda n: [int(p) for p in n.split(".")])
    print(f"# Top-level standard-library modules, normalised, of CPython {', '.join(asked_versions)}")
    print(f"# and of stdlib-list {version('stdlib-list')} ({', '.join(stdlib_list.short_versions)}).")
    print("# Printed by gen/stdlib.py; do not edit.")
    for name in sorted({normal(m) for m in modules} - {None}):
        print(name)


main()
