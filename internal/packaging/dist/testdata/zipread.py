# Reads the zips in a folder with Python's zipfile and prints one line of JSON
# for each: {"name": ..., "members": {path: [size, sha256]}} or {"error": ...}.
# A folder's path ends in "/". Run by TestZipAgreement.
import hashlib
import json
import os
import sys
import zipfile

for name in sorted(os.listdir(sys.argv[1])):
    members, answer = {}, {"name": name}
    try:
        with zipfile.ZipFile(os.path.join(sys.argv[1], name)) as z:
            for info in z.infolist():
                data = z.read(info)
                if info.filename in members:
                    raise ValueError("twice: " + info.filename)
                members[info.filename] = [len(data), "" if info.is_dir() else hashlib.sha256(data).hexdigest()]
        answer["members"] = members
    except Exception as e:
        answer["error"] = repr(e)
    print(json.dumps(answer))
