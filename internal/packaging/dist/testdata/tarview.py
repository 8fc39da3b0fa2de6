"""Print what Python's tarfile reads in each .tar.gz named on the standard input, one JSON line for each: a list of
[path, type, size, sha256, target], or the text of what it failed with. taragree_test.go compares it with our reader.
"""

import hashlib
import json
import sys
import tarfile


def view(path):
    members = []
    with tarfile.open(path, "r:gz", encoding="utf-8") as archive:
        for m in archive:
            if m.isreg():
                content = archive.extractfile(m).read()
                members.append([m.name, "file", len(content), hashlib.sha256(content).hexdigest(), ""])
            elif m.isdir():
                members.append([m.name, "folder", 0, "", ""])
            elif m.issym():
                members.append([m.name, "symlink", 0, "", m.linkname])
            elif m.islnk():
                members.append([m.name, "hardlink", 0, "", m.linkname])
            else:
                members.append([m.name, repr(m.type), m.size, "", ""])
        while archive.fileobj.read(1 << 20):  # to the end, so that the checksum is checked
            pass
    return members


for line in sys.stdin:
    try:
        print(json.dumps(view(line.rstrip("\n"))))
    except Exception as error:  # whatever it is, it is a difference
        print(json.dumps("%s: %s" % (type(error).__name__, error)))
