"""Write entrypoints.jsonl: how Python's configparser reads entry_points.txt.

    python entrypoints.py

The parser is set up as the entry points specification wants it: "=" as the
only delimiter, case-sensitive names. "entries" is null where it raises.
"""

import configparser
import json
import pathlib
import random


class Parser(configparser.ConfigParser):
    optionxform = staticmethod(str)


def entries(text):
    parser = Parser(delimiters=("=",), interpolation=None, default_section="no such section")
    try:
        parser.read_string(text)
    except configparser.Error:
        return None
    return [
        [group, name, "\n".join(line.strip() for line in value.split("\n") if line.strip())]
        for group in parser.sections()
        for name, value in parser.items(group)
    ]


SEEDS = """\
[console_scripts]
foo = foomod:main
# One which depends on extras:
foobar = foomod:main_bar [bar,baz]

# pytest plugins refer to a module, so there is no ':obj'
[pytest11]
nbval = nbval.plugin
===
[a]
x =
    multi
    line
; comment
y=1=2
  [z]
[b.c]
  x = 1
  y = 2
 z = 3
===
[a]

x = 1

    deeper
y
===
x = 1
[a]
===
[a]
[b]
[a]
===
[a]
X = 1
x = 2
X = 3
===
[a] trailing
x = 1
===
[]
[ a ]
x = 1
=""".split("===\n")

rng = random.Random(440)
PIECES = ["\n", " ", "\t", "=", "[", "]", "[c]\n", "x = 2\n", "#", ";", "  y = 3\n", "\r\n", ":", "\n\n", "v"]
texts = list(SEEDS)
for _ in range(400):
    text = rng.choice(SEEDS)
    for _ in range(rng.randrange(1, 4)):
        at = rng.randrange(len(text) + 1)
        text = text[:at] + rng.choice(PIECES) + text[at + rng.choice([0, 0, 1, 4]) :]
    texts.append(text)
lines = [json.dumps({"text": text, "entries": entries(text)}) for text in dict.fromkeys(texts)]
target = pathlib.Path(__file__).with_name("entrypoints.jsonl")
target.write_text("\n".join(lines) + "\n", encoding="utf-8")
