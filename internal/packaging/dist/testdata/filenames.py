"""Write filenames.jsonl: what PyPA's packaging says of distribution filenames.

    pip install packaging==26.3
    python filenames.py

The hand-written names are the vectors of packaging's own tests/test_utils.py
and of Warehouse's tests/unit/utils/test_wheel.py (Apache-2.0); the others are
made from them by seeded mutation. "strict" marks a name that packaging reads
and an index need not: its own file names never hold such characters.
"""

import json
import pathlib
import random
import re

from packaging.utils import parse_sdist_filename, parse_wheel_filename

NAMES = """\
foo-1.0-py3-none-any.whl
some_PACKAGE-1.0-py3-none-any.whl
foo-1.0-1000-py3-none-any.whl
foo-1.0-1000abc-py3-none-any.whl
pyvirtualcam-0.13.0-cp310-cp310-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
foo-2-py2.py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl
foo_bár-1.0-py3-none-any.whl
foo_bár-1.0-1000-py3-none-any.whl
foo-1.0.whl
foo__bar-1.0-py3-none-any.whl
foo\n-1.0-py3-none-any.whl
foo#bar-1.0-py3-none-any.whl
-1.0-py3-none-any.whl
-1.0-200-py3-none-any.whl
foobar-1.x-py3-none-any.whl
foo-1.0-abc-py3-none-any.whl
foo-1.0-200-py3-none-any-junk.whl
foo-1.0--none-any.whl
foo-1.0-py3-none-.whl
foo-1.0-py3.-none-any.whl
playlyfe-0.1.1-2.7.6-none-any.whl
foo-1.0-py3.py2-none-any.whl
foo-1.0.tar.gz
foo-1.0.zip
foo-1.0.xz
foo1.0.tar.gz
foo-1.x.tar.gz
-1.0.tar.gz
-1.0.zip
foo-bar-1.0.tar.gz
Foo.Bar-1.0.post1.tar.gz
foo-1.0-1.tar.gz
foo-1!2.0rc1+local.7.tar.gz
foo.bar-1.0-py3-none-any.whl
Foo.Bar_baz-1!1.0+ubuntu_1-py3-none-any.whl
foo-1.0-0.editable-py3-none-any.whl
foo-1.0-01A-py3-none-any.whl
foo-1.0-1-py3-none-any.WHL
cryptography-42.0.5-pp310-pypy310_pp73-manylinux_2_28_x86_64.whl
cryptography-42.0.5-cp313-cp313-iOS_15_6_x86_64_iphonesimulator.whl
pdfcomparator-0_2_0-py2-none-any.whl
pep272_encryption-0.4-py2.pp35.pp36.pp37.pp38.pp39-none-any.whl
aiohttp-3.13.2-cp314-cp314udmtz-manylinux_2_31_riscv64.manylinux_2_39_riscv64.whl
foo-0.0.0-69-none-any.whl
torch-2.6.0+cu124-cp312-cp312-linux_x86_64.whl
foo-1.0-py2.py3-none.abi3-any.win32.whl
foo-1.0-py3.py3-none-any.any.whl
""".split("\n")[:-1]
NAMES = [name.replace("\\n", "\n") for name in NAMES]

ALPHABET = "-_.+!019abzAZ p3"


def mutate(rng, name):
    at = rng.randrange(len(name))
    how = rng.randrange(3)
    if how == 0:
        return name[:at] + rng.choice(ALPHABET) + name[at:]
    if how == 1:
        return name[:at] + name[at + 1 :]
    return name[:at] + rng.choice(ALPHABET) + name[at + 1 :]


def judge(name):
    row = {"filename": name, "ok": True}
    try:
        if name.endswith(".whl"):
            project, version, build, tags = parse_wheel_filename(name)
            row["build"] = "".join(map(str, build)).lower()
            row["tags"] = sorted(map(str, tags))
        else:
            project, version = parse_sdist_filename(name)
    except ValueError:
        return {"filename": name, "ok": False}
    row |= {"name": project, "version": str(version)}
    stem = re.sub(r"\.(whl|tar\.gz|zip)$", "", name)
    parts = stem.split("-")
    written = parts[0] if name.endswith(".whl") else stem.rpartition("-")[0]
    plain = (
        re.fullmatch(r"[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9._-]*[A-Za-z0-9]", written)
        and re.fullmatch(r"[A-Za-z0-9_.+!-]+", name)
        and (name[-4:] != ".whl" or all(re.fullmatch(r"[A-Za-z0-9_.]+", t) for t in parts[-3:]))
    )
    if not plain:
        row["strict"] = True
    return row


rng = random.Random(20260821)
names = list(NAMES)
while len(names) < 1000:
    names.append(mutate(rng, rng.choice(NAMES)))
target = pathlib.Path(__file__).with_name("filenames.jsonl")
rows = [json.dumps(judge(name)) for name in dict.fromkeys(names)]
target.write_text("\n".join(rows) + "\n", encoding="utf-8")
