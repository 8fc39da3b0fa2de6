"""Calls an index with Python's own XML-RPC client.

Reads a JSON list of calls, [method, argument, ...], from standard input and
writes a JSON list with one {"result": ...} or {"fault": [code, text]} a call.
"""

import json
import sys
import xmlrpc.client

server = xmlrpc.client.ServerProxy(sys.argv[1], allow_none=True)
answers = []
for method, *arguments in json.load(sys.stdin):
    try:
        answers.append({"result": getattr(server, method)(*arguments)})
    except xmlrpc.client.Fault as fault:
        answers.append({"fault": [fault.faultCode, fault.faultString]})
json.dump(answers, sys.stdout)
