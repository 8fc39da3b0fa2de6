"""Write ../list.txt and expressions.jsonl from PyPA packaging, the oracle.

    pip install packaging==26.3 pytest
    pip download --no-deps --no-binary :all: packaging==26.3 && tar xf packaging-26.3.tar.gz
    python generate.py packaging-26.3

The expressions are those that packaging's own tests try (recorded while they
run) and random ones, some of them damaged on purpose.
"""

import json
import pathlib
import random
import sys

import packaging
import packaging.licenses as oracle
import pytest
from packaging.licenses import _spdx

HERE = pathlib.Path(__file__).parent
SOURCE = f"PyPA packaging {packaging.__version__}"


def write_list():
    lines = [
        f"# SPDX license list {_spdx.VERSION}, as {SOURCE} has it (packaging/licenses/_spdx.py).",
        "# The identifiers are facts of SPDX (https://spdx.org/licenses/). Written by testdata/generate.py.",
        f"version {_spdx.VERSION}",
    ]
    for kind, table in (("license", _spdx.LICENSES), ("exception", _spdx.EXCEPTIONS)):
        for entry in table.values():
            lines.append(f"{kind} {entry['id']}" + (" deprecated" if entry["deprecated"] else ""))
    (HERE.parent / "list.txt").write_text("\n".join(lines) + "\n")


def canonical(expression):
    try:
        return oracle.canonicalize_license_expression(expression)
    except oracle.InvalidLicenseExpression:
        return None


def recorded(sdist):
    """Every expression that packaging's tests hand to the reader."""
    seen = {}
    real = oracle.canonicalize_license_expression

    def record(expression):
        seen[expression] = None
        return real(expression)

    import packaging.metadata

    oracle.canonicalize_license_expression = record
    packaging.metadata.licenses.canonicalize_license_expression = record
    tests = pathlib.Path(sdist) / "tests"
    code = pytest.main(["-q", "-p", "no:cacheprovider", str(tests / "test_licenses.py"), str(tests / "test_metadata.py"), "-k", "license"])
    oracle.canonicalize_license_expression = real
    packaging.metadata.licenses.canonicalize_license_expression = real
    assert code == 0 and len(seen) > 40, (code, len(seen))
    return list(seen)


class Random:
    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.licenses = [e["id"] for e in _spdx.LICENSES.values()]
        self.exceptions = [e["id"] for e in _spdx.EXCEPTIONS.values()]

    def case(self, word):
        return self.rng.choice([str, str, str.lower, str.upper, str.swapcase])(word)

    def license(self):
        if self.rng.random() < 0.15:
            return self.case("LicenseRef-" + self.rng.choice(["Acme", "acme", "Foo-1.0", "x.y", "ACME"]))
        word = self.case(self.rng.choice(self.licenses)) + self.rng.choice(["", "", "", "+"])
        if self.rng.random() < 0.2:
            word += f" {self.case('with')} {self.case(self.rng.choice(self.exceptions))}"
        return word

    def expression(self, depth=0):
        def part():
            if depth < 4 and self.rng.random() < 0.3:
                gap = self.rng.choice(["", " "])
                return f"({gap}{self.expression(depth + 1)}{gap})"
            return self.license()

        text = part()
        for _ in range(self.rng.choice([0, 0, 1, 1, 2, 3])):
            text += f" {self.case(self.rng.choice(['and', 'or']))}{self.rng.choice([' ', '  ', chr(9)])}{part()}"
        return text

    def damaged(self):
        tokens = self.expression().replace("(", " ( ").replace(")", " ) ").split()
        for _ in range(self.rng.choice([1, 1, 2])):
            i = self.rng.randrange(len(tokens) + 1)
            extra = self.rng.choice(["and", "OR", "with", "(", ")", "MIT", "Nope-1.0", "LicenseRef-", "LicenseRef-a_b", "LicenseRef-A+", "+", "++", "GPL-2.0++", "Classpath-exception-2.0"])
            tokens[i : i + self.rng.choice([0, 1])] = [extra]
        return " ".join(tokens)


def main():
    write_list()
    make = Random(639)
    cases = [("packaging's tests", e) for e in recorded(sys.argv[1])]
    cases += [("random", make.expression()) for _ in range(350)]
    cases += [("damaged", make.damaged()) for _ in range(350)]
    unique = {}
    for origin, expression in cases:
        unique.setdefault(expression, origin)
    with open(HERE / "expressions.jsonl", "w") as out:
        out.write(f"# License expressions and the canonical text {SOURCE} gives them (null: refused).\n")
        out.write("# Written by generate.py; its source is noted in each line.\n")
        for expression, origin in unique.items():
            line = {"from": origin, "in": expression, "out": canonical(expression)}
            out.write(json.dumps(line, ensure_ascii=False) + "\n")


main()
