"""Write ../classifiers.txt from the PyPI package trove-classifiers.

    pip install trove-classifiers
    python gen/classifiers.py
"""

import importlib.metadata
import pathlib

from trove_classifiers import deprecated_classifiers, sorted_classifiers

lines = [
    "# Trove classifiers, from the PyPI package trove-classifiers (written by gen/classifiers.py).",
    "# A deprecated classifier is followed by a tab and its replacements, joined by tabs.",
    "version " + importlib.metadata.version("trove-classifiers"),
    *sorted_classifiers,
    *(name + "\t" + "\t".join(new) for name, new in sorted(deprecated_classifiers.items())),
]
target = pathlib.Path(__file__).parent.parent / "classifiers.txt"
target.write_text("\n".join(lines) + "\n", encoding="utf-8")
