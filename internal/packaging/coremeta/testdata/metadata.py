"""Write fields.jsonl, files.jsonl and values.jsonl: what PyPA's packaging makes of metadata.

    pip install packaging==26.3
    python metadata.py              # writes all three
    python metadata.py FILE…        # prints lines of files.jsonl for the metadata of wheels and sdists

fields.jsonl: each field, since when it exists and whether it may be repeated.
files.jsonl: a METADATA file (base64) and its fields as packaging.metadata's
parse_email reads them, written the way the Go struct is written as JSON.
values.jsonl: values of one field and whether Metadata.from_raw accepts them;
most are the vectors of packaging's own tests/test_metadata.py (Apache-2.0 OR
BSD-2-Clause). Nothing here is a published project's metadata.
"""

import base64
import email._policybase
import json
import pathlib
import random
import re
import sys
import tarfile
import zipfile

from packaging import metadata

HERE = pathlib.Path(__file__).parent
PEP566 = {
    raw: name.replace("-", "_") for raw, name in metadata._RAW_TO_EMAIL_MAPPING.items()
}


def header_source_parse(self, lines):
    """As Python has it since 3.12.8 and 3.13.1 (gh-124452)."""
    name, value = lines[0].split(":", 1)
    value = "".join((value, *lines[1:])).lstrip(" \t\r\n")
    return name, value.rstrip("\r\n")


email._policybase.Compat32.header_source_parse = header_source_parse


def means_something(value):
    return value != "" and value.strip().upper() != "UNKNOWN"


def unfold(text):
    lines = text.split("\n")
    for indent in ("       |", "        "):
        if all(line.startswith(indent) or not line.strip() for line in lines[1:]):
            return "\n".join([lines[0], *(line.removeprefix(indent) for line in lines[1:])])
    return text


def fields(data):
    """The fields as Go's JSON has them, and the names of those that are bad."""
    raw, unparsed = metadata.parse_email(data)
    bad = sorted(name for name in unparsed if name in metadata._EMAIL_TO_RAW_MAPPING)
    out = {}
    for key, value in raw.items():
        if key == "project_urls":
            value = [{"label": label, "url": url} for label, url in value.items() if means_something(label + url)]
        elif isinstance(value, list):
            none = key == "import_names" and value == []
            value = [v.replace("\0", "") for v in value if means_something(v.replace("\0", ""))]
            if none:
                out[PEP566[key]] = []
        elif not means_something(value.replace("\0", "")):
            continue
        elif key == "description" and re.search(rb"^description:", data, re.M | re.I):
            value = unfold(value)
        if value:
            out[PEP566[key]] = value.replace("\0", "") if isinstance(value, str) else value
    return out, bad


def row(data):
    good, bad = fields(data)
    return json.dumps({"file": base64.b64encode(data).decode(), "fields": good, "bad": bad})


EVERYTHING = """\
Metadata-Version: 2.6
Name: BeagleVote
Version: 1.0a2
Platform: ObscureUnix
Platform: RareDOS
Supported-Platform: RedHat 7.2
Summary: Collecting votes from beagles, süß
Description-Content-Type: text/markdown; charset=UTF-8; variant=GFM
Keywords: dog, puppy,,voting ,election
Home-page: http://www.example.com/
Download-URL: https://www.example.com/BeagleVote-0.45.tgz
Author: C. Schultz, Universal Features Syndicate,
        Los Angeles, CA <cschultz@peanuts.example.com>
Author-email: "C. Schultz" <cschultz@example.com>
Maintainer: Ünïcode
\t and more
Maintainer-email: a@example.com, B <b@example.com>
License: As long as you like
        to feed the dogs.
License-Expression: Apache-2.0 OR BSD-2-Clause
License-File: LICENSE.APACHE
License-File: LICENSE.BSD
Classifier: Development Status :: 4 - Beta
classifier: Environment :: Console
CLASSIFIER: Programming Language :: Python
Provides-Extra: pdf
Requires-Dist: reportlab; extra == 'pdf'
Requires-Dist: zope.interface (>3.5.0)
Requires-Python: >=3
Requires-External: libpng (>=1.5)
Project-URL: Bug Tracker, http://example.com/issues/
Project-URL: Documentation,https://example.com/a,b
Provides-Dist: OtherProject
Obsoletes-Dist: AnotherProject (3.4)
Requires: re
Provides: beagle
Obsoletes: cat
Dynamic: Obsoletes-Dist
Import-Name: beaglevote
Import-Name: _beaglevote ; private
Import-Namespace: spam
This-Is-Not-Real: Hello!

This description
is the body.
"""

OLD = """\
Metadata-Version: 1.1
Name: old
Version: 0.1
Summary: UNKNOWN
Home-page: UNKNOWN
Author: unknown
License: UNKNOWN
Description: First line
        
        indented
            code
        end
Platform: UNKNOWN
Platform: any
"""

FILES = [
    EVERYTHING,
    EVERYTHING.replace("\n", "\r\n"),
    OLD,
    OLD.replace("\n        ", "\n       |"),
    OLD.replace("        end", "  end"),
    "",
    "\n",
    "hello",
    "Name: a\n\nbody: x\n\n\nend",
    "Name: a\nnot a header\nVersion: 1",
    "Name : a\nVersion: 1",
    " continued\nName: a",
    "From me\nName: a\nVersion: 1\n\n",
    "Name: a\nFrom me\nVersion: 1\n\n",
    "Name:\n a\nVersion:   1  \nSummary:\n",
    "Name: a\rVersion: 1\rSummary: x\r\rbody\r",
    ": nameless\nName: a\n",
    "Name: a\nName: b\nVersion: 1\n",
    "Summary: UNKNOWN\n\nUNKNOWN\n",
    "Description: a\n\nb",
    "Description: a\nDescription: b\n",
    "Import-Name:\nName: a\n",
    "Import-Name: a\nImport-Name:\n",
    "Import-Namespace:\n",
    "Keywords: ,a, ,b c\n",
    "Keywords: a\nKeywords: b\n",
    "Project-URL: A\nProject-URL: , https://x\nProject-URL: B, https://y, z\n",
    "Name: a\x00b\nSummary: \x00\n",
    "Summary: a\x0bb\x0cc\x1cd\u2028e\n",
    "Summary: caf\u00e9 \U0001f436\n\n\U0001f436 body\n",
    b"Summary: caf\xe9\nName: a\n",
    b"Name: a\n\ncaf\xe9\n",
    b"Author: \xc3\xa9\xff\nAuthor-email: \xc3\xa9@example.com\n",
    "Description-Content-Type: text/x-rst\n\n\n\nbody after blank lines",
    "Name: a\n \n\t\n\nbody",
]

PIECES = ["\n", "\r\n", "\r", " ", "\t", ":", "x", "Name: b\n", "\n\n", " continued\n", "é", "From ", "Summary: s\n", "-"]


def mutate(rng, text):
    for _ in range(rng.randrange(1, 4)):
        at = rng.randrange(len(text) + 1)
        end = at + rng.choice([0, 0, 1, 5])
        text = text[:at] + rng.choice(PIECES) + text[end:]
    return text


def write_files():
    rng = random.Random(794)
    seeds = [OLD, "\n".join(EVERYTHING.split("\n")[:12]) + "\n\nbody\n", EVERYTHING[-200:]]
    data = [f if isinstance(f, bytes) else f.encode() for f in FILES]
    data += [mutate(rng, rng.choice(seeds)).encode() for _ in range(300)]
    lines = [row(d) for d in data if not re.search(rb"\n\r?\n?From |^From ", d[-60:])]
    (HERE / "files.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_fields():
    lines = []
    for key, header in metadata._RAW_TO_EMAIL_MAPPING.items():
        many = key in metadata._LIST_FIELDS | metadata._DICT_FIELDS
        since = metadata.Metadata.__dict__[key].added
        lines.append(json.dumps({"field": header, "since": since, "many": many}))
    (HERE / "fields.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


VALUES = {
    "metadata_version": ["1.0", "1.1", "1.2", "2.1", "2.2", "2.3", "2.4", "2.5", "2.6", "1.3", "2.0", "2.7", "2", " 2.1", "x"],
    "name": ["Hello_World", "a", "-not-legal", "a-", "a b", "é", "a\n", "a..b"],
    "version": ["1.2.3", "v1.0-1", "a.b.c", "{field}", "1.x", "-----"],
    "summary": ["Hello", "Hello\n    Again", "Hello\rAgain", "Hello\u2028Again", "a\x0bb", "a\tb", "a\x85b"],
    "description_content_type": """\
text/plain
TEXT/PLAIN
text/x-rst
text/markdown
text/plain; charset=UTF-8
text/plain; charset=utf-8
text/plain; charset=Utf-8
text/x-rst; charset=UTF-8
text/markdown; charset=UTF-8; variant=GFM
text/markdown; charset=UTF-8; variant=CommonMark
text/markdown; variant=GFM
text/markdown; variant=CommonMark
text/markdown;charset="UTF-8"
text/markdown; Variant=GFM
text/x-rst; variant=gfm
text/plain;charset=UTF-8
text/markdown ; charset=UTF-8
application/json
application/octet-stream
text/plain; charset=ascii
text/plain; charset=iso-8859-1
text/markdown; variant=gfm
text/markdown; variant=commonmark
text/markdown; variant=Original
text/plain; {b}
text/plain; a}b
text/plain; x*
text/plain; charset="unterminated
markdown
text
text/
text/html
text/markdown, text/plain
text/markdown text/plain""".split("\n"),
    "dynamic": ["Keywords", "Home-Page", "AUTHOR", "license-file", "import-namespace", "Dynamic", "NotReal", "name", "Version",
                "metadata-version", "requires_dist", "requires-dist "],
    "provides_extra": ["dev", "a-b_c.d", "-Not-Valid", "a b", "é"],
    "requires_python": [">=3", ">2.6,!=3.0.*,!=3.1.*", "~=2.6", "NotReal", ">=3,", "3", ">=3 <4", "==3.*,<3.8", "~=3"],
    "requires_dist": ["pkginfo", "zope.interface (>3.5.0)", "pywin32 >1.0; sys_platform == 'win32'", "a[b,c]>=1; extra == 'x'",
                      "-not-real", "a >=", "a; b", "a (", "a b"],
    "license_expression": ["MIT", "mit and (apache-2.0+ or mpl-2.0+)", "LicenseRef-Foo", "(MIT)", "Use-it-after-midnight", "mit or",
                           "LicenseRef-a_b", "Apache-2.0 OR 2-BSD-Clause"],
    "license_files": ["licenses/LICENSE.MIT", "LICENSE", "LICENSE (old).txt", "a..b", "../LICENSE", "./../LICENSE",
                      "licenses/../LICENSE", "/licenses/LICENSE", "licenses/*", "licenses\\LICENSE", "C:/LICENSE", "./LICENSE", "a//b", "a/"],
    "import_names": ["packaging", "packaging.metadata", "_utils ; private", "_stuff;private", "é", "x1", "Ⅷ", "x\u0301y", "\u0301x", "a.b ;  private",
                     "not-valid", "still.not-valid", "stuff;", "stuff; extra", "class", "a.class", "1x", "a..b", "a.", " a", "match", "None",
                     "a; private "],
    "import_namespaces": ["packaging", "_utils ; private", "", "not-valid", "stuff; extra", "class"],
}


def accepted(key, value):
    raw = {"metadata_version": "2.6", "name": "packaging", "version": "1.0"}
    raw[key] = [value] if key in metadata._LIST_FIELDS else value
    try:
        metadata.Metadata.from_raw(raw)
    except Exception:
        return False
    return True


def write_values():
    lines = []
    for key, values in VALUES.items():
        header = metadata._RAW_TO_EMAIL_MAPPING[key]
        lines += [json.dumps({"field": header, "value": v, "ok": accepted(key, v)}) for v in values]
    (HERE / "values.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def published(path):
    """The metadata file of a wheel or sdist."""
    if path.endswith(".whl"):
        with zipfile.ZipFile(path) as archive:
            name = next(n for n in archive.namelist() if n.count("/") == 1 and n.endswith(".dist-info/METADATA"))
            return archive.read(name)
    with tarfile.open(path) as archive:
        name = next(n for n in archive.getnames() if n.count("/") == 1 and n.endswith("/PKG-INFO"))
        return archive.extractfile(name).read()


if len(sys.argv) > 1:
    for argument in sys.argv[1:]:
        print(row(published(argument)))
else:
    write_fields()
    write_files()
    write_values()
