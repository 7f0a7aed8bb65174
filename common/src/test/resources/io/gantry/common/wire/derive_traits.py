"""Derives <service>.traits from botocore's service model.

usage: derive_traits.py <service> <jar of the SDK's models> <target>

Names in the result are those of the SDK's classes, which respell acronyms. Run it again whenever
the SDK is upgraded; it fails on anything the SDK does not know.
"""

import gzip
import importlib.metadata
import json
import os
import re
import sys
import zipfile

import botocore

HEADER = """\
# Constraints and error codes of {service}, which the AWS SDK for Java leaves out of its models.
# Derived by derive_traits.py from the service model in botocore {version}
# (https://github.com/boto/botocore, Apache-2.0).
# Class, then its constrained members: name, ! if required, [least,most], ~pattern~, and after @
# the same for the elements of a list. An exception: ! class, code, status, shape.
"""


def load(service):
    root = os.path.join(os.path.dirname(botocore.__file__), "data", service)
    newest = sorted(os.listdir(root))[-1]
    with gzip.open(os.path.join(root, newest, "service-2.json.gz")) as text:
        return json.load(text)


def classes(jar, service):
    prefix = f"software/amazon/awssdk/services/{service}/model/"
    with zipfile.ZipFile(jar) as entries:
        names = [n[len(prefix):-6] for n in entries.namelist() if n.startswith(prefix)]
    return {n.lower(): n for n in names if "$" not in n}


def limits(shape):
    text = ""
    if "min" in shape or "max" in shape:
        text += f"[{shape.get('min', '')},{shape.get('max', '')}]"
    pattern = shape.get("pattern")
    if pattern and not re.fullmatch(r"\.\*|\[\\s\\S\]\*|\^?\.\*\$?", pattern):
        pattern = pattern.replace(r"\u10000-\u10FFFF", r"\x{10000}-\x{10FFFF}")
        for sign in "%~ \t\r\n":
            pattern = pattern.replace(sign, f"%{ord(sign):02X}")
        text += f"~{pattern}~"
    return text


def constraint(shapes, name, required):
    shape = shapes[name]
    text = ("!" if required else "") + limits(shape)
    if shape["type"] == "list":
        element = limits(shapes[shape["member"]["shape"]])
        text += "@" + element if element else ""
    return text


def walk(shapes, name, known, lines, sdk_name=None):
    shape = shapes[name]
    if shape["type"] == "list":
        walk(shapes, shape["member"]["shape"], known, lines)
    elif shape["type"] == "map":
        walk(shapes, shape["value"]["shape"], known, lines)
    elif shape["type"] == "structure" and not shape.get("document"):
        owner = known[(sdk_name or name).lower()]
        if owner in lines:
            return
        lines[owner] = owner
        for member, reference in shape["members"].items():
            text = constraint(shapes, reference["shape"], member in shape.get("required", []))
            lines[owner] += f" {reference.get('locationName', member)}{text}" if text else ""
            walk(shapes, reference["shape"], known, lines)


def error(name, shape, known, query):
    stem = re.sub("(Fault|Error)$", "", name)
    candidates = [name, name + "Exception", stem + "Exception"]
    owner = next(known[c.lower()] for c in candidates if c.lower() in known)
    described = shape.get("error", {})
    code = described.get("code", name) if query else name
    status = described.get("httpStatusCode", 500 if shape.get("fault") else 400)
    usual = re.sub("Exception$", "", owner) if query else owner
    if code == usual and status == 400 and name == owner:
        return None
    return f"! {owner} {code} {status} {name}"


def main(service, jar, target):
    model = load(service)
    known, shapes, lines = classes(jar, service), model["shapes"], {}
    for operation, described in model["operations"].items():
        if "input" in described:
            walk(shapes, described["input"]["shape"], known, lines, operation + "Request")
    query = model["metadata"]["protocol"] == "query"
    errors = [error(n, s, known, query) for n, s in shapes.items() if s.get("exception")]
    with open(target, "w") as out:
        version = importlib.metadata.version("botocore")
        out.write(HEADER.format(service=service, version=version))
        for line in sorted(line for line in lines.values() if " " in line):
            out.write(line + "\n")
        for line in sorted(filter(None, errors)):
            out.write(line + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
