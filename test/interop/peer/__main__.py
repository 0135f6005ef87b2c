"""NumPy at the other end of a pipe: one request a line in JSON, {"call": name, "args": {...}}, one answer a line."""

import json
import os
import sys
import traceback

sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import attributes
import files
import maps
import raw

CALLS = {
    name: function
    for module in (attributes, files, maps, raw)
    for name, function in vars(module).items()
    if getattr(function, "__module__", None) == module.__name__ and not name.startswith("_")
}


def answer(request):
    try:
        return {"result": CALLS[request["call"]](**request["args"])}
    except Exception:
        return {"error": traceback.format_exc()}


for line in sys.stdin.buffer:
    sys.stdout.write(json.dumps(answer(json.loads(line)), allow_nan=False) + "\n")
    sys.stdout.flush()
