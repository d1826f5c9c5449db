"""What the published schema of OCSF 1.3.0 says of a Detection Finding (class 2004) and of the objects in it, as far as assocd writes
them: https://schema.ocsf.io/1.3.0/classes/detection_finding. Not a runner."""

VERSION = "1.3.0"
SEVERITY = {0: "Unknown", 1: "Informational", 2: "Low", 3: "Medium", 4: "High", 5: "Critical", 6: "Fatal", 99: "Other"}
STATUS = {0: "Unknown", 1: "New", 2: "In Progress", 3: "Suppressed", 4: "Resolved", 99: "Other"}
ANALYTIC = {0: "Unknown", 1: "Rule", 2: "Behavioral", 3: "Statistical", 4: "Learning (ML/DL)", 99: "Other"}
OBSERVABLE = {0: "Unknown", 1: "Hostname", 2: "IP Address", 3: "MAC Address", 4: "User Name", 5: "Email Address", 6: "URL String",
              20: "Endpoint", 21: "User", 99: "Other"}


def one_of(words, caption=None, required=False):
    """A number of an enumeration; `caption` is the attribute beside it that says the same in a word."""
    return {"type": int, "enum": words, "caption": caption, "required": required}


def a(kind, required=False):
    return {"type": kind, "required": required}


# Attributes that are not here are not written by assocd; an unknown one is an error.
OBJECTS = {
    "detection_finding": {
        "activity_id": one_of({0: "Unknown", 1: "Create", 2: "Update", 3: "Close", 99: "Other"}, required=True),
        "category_uid": one_of({2: "Findings"}, required=True), "class_uid": one_of({2004: "Detection Finding"}, required=True),
        "type_uid": one_of(dict.fromkeys(200400 + n for n in (0, 1, 2, 3, 99)), required=True),
        "time": a("timestamp", True), "severity_id": one_of(SEVERITY, "severity", True), "severity": a(str),
        "metadata": a("metadata", True), "finding_info": a("finding_info", True), "status_id": one_of(STATUS, "status"), "status": a(str),
        "confidence_score": a(int), "message": a(str), "comment": a(str), "evidences": a(["evidences"]), "observables": a(["observable"]),
    },
    "metadata": {"version": a(str, True), "product": a("product", True), "uid": a(str), "sequence": a(int)},
    "product": {"vendor_name": a(str, True), "name": a(str), "version": a(str)},
    "finding_info": {"uid": a(str, True), "title": a(str, True), "desc": a(str), "created_time": a("timestamp"),
                     "modified_time": a("timestamp"), "analytic": a("analytic")},
    "analytic": {"type_id": one_of(ANALYTIC, "type", True), "type": a(str), "uid": a(str), "name": a(str)},
    "evidences": {"actor": a("actor")},
    "actor": {"user": a("user")},
    "user": {"name": a(str), "uid": a(str)},
    "observable": {"name": a(str, True), "type_id": one_of(OBSERVABLE, "type", True), "type": a(str), "value": a(str)},
}


def check_value(kind, value, where):
    if isinstance(kind, list):
        assert isinstance(value, list), f"{where} is no array"
        for at, one in enumerate(value):
            check_object(kind[0], one, f"{where}[{at}]")
    elif kind == "timestamp":
        assert type(value) is int and 946684800000 <= value < 4102444800000, f"{where}: {value!r} is no time in milliseconds"
    elif isinstance(kind, str):
        check_object(kind, value, where)
    else:
        assert type(value) is kind, f"{where}: {value!r} is no {kind.__name__}"


def check_object(name, thing, where):
    assert isinstance(thing, dict) and thing, f"{where} is no object, or an empty one"
    rows = OBJECTS[name]
    for key, row in rows.items():
        assert key in thing or not row["required"], f"{where}.{key} is required"
    for key, value in thing.items():
        assert key in rows, f"{where}.{key}: {name} has no such attribute"
        row = rows[key]
        check_value(row["type"], value, f"{where}.{key}")
        if "enum" in row:
            assert value in row["enum"], f"{where}.{key}: {value} is none of {sorted(row['enum'])}"
            assert not row["caption"] or thing.get(row["caption"], row["enum"][value]) == row["enum"][value], (where, key, value, thing)


def found(thing, path):
    """Every value at a path like `evidences[].actor.user.name`."""
    things = [thing]
    for step in path.split("."):
        name, is_array = step.removesuffix("[]"), step.endswith("[]")
        things = [one[name] for one in things if name in one]
        if is_array:
            things = [one for array in things for one in array]
    return things


def check_finding(finding):
    """AssertionError names what the schema does not allow."""
    check_object("detection_finding", finding, "finding")
    assert finding["metadata"]["version"] == VERSION
    assert finding["type_uid"] == finding["class_uid"] * 100 + finding["activity_id"], finding
    for observable in finding.get("observables", []):
        assert observable["value"] in found(finding, observable["name"]), f"{observable} points nowhere"
