#!/usr/bin/python3
"""Holds worker/api/openapi.json against the service that runs.

  openapi.py exercise DOCUMENT ROUTES URL TOKEN_FILE LEDGER
      The document is OpenAPI 3.0, says the same as the table of routes, its examples fit its
      schemas; every documented operation is called until every documented response has been seen,
      and whatever comes back is documented and fits its schema.
  openapi.py fits DOCUMENT SCHEMA FILE
      The file's JSON fits that schema of the document.

OpenAPI's own schema and the validator are Debian's: openapi-specification, python3-jsonschema.
"""

import concurrent.futures
import http.client
import json
import pathlib
import re
import sqlite3
import sys
import urllib.parse

import jsonschema

OPENAPI_SCHEMA = "/usr/share/openapi-specification/schemas/v3.0/schema.json"
LARGEST_BODY = 1024 * 1024


def as_json_schema(node):
    """OpenAPI 3.0 says `nullable` where JSON Schema has a type "null"."""
    if isinstance(node, list):
        return [as_json_schema(each) for each in node]
    if not isinstance(node, dict):
        return node
    made = {key: as_json_schema(value) for key, value in node.items()}
    if made.pop("nullable", False) is True:
        made["type"] = [made["type"], "null"]
    return made


class Document:
    def __init__(self, text):
        self.text = text
        self.plain = json.loads(text)
        self.root = as_json_schema(self.plain)

    def resolve(self, node):
        while "$ref" in node:
            at = self.root
            for step in node["$ref"].removeprefix("#/").split("/"):
                at = at[step]
            node = at
        return node

    def fits(self, value, schema, what):
        resolver = jsonschema.RefResolver("", self.root)
        checker = jsonschema.FormatChecker()
        validator = jsonschema.Draft7Validator(schema, resolver=resolver, format_checker=checker)
        for error in validator.iter_errors(value):
            sys.exit(f"FAILED: {what}: {error.json_path}: {error.message}")

    def operations(self):
        for path, methods in self.root["paths"].items():
            for method, operation in methods.items():
                yield method.upper(), path, operation

    def check_itself(self):
        official = json.loads(pathlib.Path(OPENAPI_SCHEMA).read_text())
        jsonschema.Draft4Validator(official).validate(self.plain)
        for name, schema in self.root["components"]["schemas"].items():
            jsonschema.Draft7Validator.check_schema(schema)
            for ref in re.findall(r'"\$ref": "([^"]+)"', json.dumps(schema)):
                self.resolve({"$ref": ref})
        for method, path, operation in self.operations():
            contents = [operation.get("requestBody", {"content": {}})["content"]]
            contents += [self.resolve(each)["content"] for each in operation["responses"].values()]
            for content in contents:
                self.check_examples(content, f"an example of {method} {path}")

    def check_examples(self, content, what):
        for media in content.values():
            examples = [each["value"] for each in media.get("examples", {}).values()]
            examples += [media["example"]] if "example" in media else []
            for example in examples:
                self.fits(example, media["schema"], what)

    def compare_with(self, routes):
        row = re.compile(r'\{"([A-Z]+)", "(/[^"]*)", Access::(\w+),')
        table = {match.groups() for match in row.finditer(routes)}
        described = {
            (method, path, "open" if operation.get("security") == [] else "token")
            for method, path, operation in self.operations()
        }
        if table != described:
            sys.exit(f"FAILED: the table and the document differ in {table ^ described}")


class Service:
    def __init__(self, document, url, token):
        self.document = document
        self.address = urllib.parse.urlsplit(url).netloc
        self.token = token
        self.seen = set()

    def call(self, method, path, *, target=None, body=None, token="right", kind="application/json"):
        """One call, whose answer has to be documented. Returns status and JSON."""
        headers = {"Content-Type": kind} if body is not None and kind else {}
        if token:
            headers["Authorization"] = "Bearer " + (self.token if token == "right" else token)
        connection = http.client.HTTPConnection(self.address, timeout=120)
        connection.request(method, target or path, body, headers)
        response = connection.getresponse()
        text = response.read()
        connection.close()
        what = f"{response.status} of {method} {target or path}"
        operation = self.document.root["paths"][path][method.lower()]
        if str(response.status) not in operation["responses"]:
            sys.exit(f"FAILED: {what} is not documented: {text[:500]!r}")
        described = self.document.resolve(operation["responses"][str(response.status)])
        for name in described.get("headers", {}):
            if response.headers[name] is None:
                sys.exit(f"FAILED: {what} has no {name}")
        if response.headers["Content-Type"] not in described["content"]:
            sys.exit(f"FAILED: {what} is {response.headers['Content-Type']}")
        is_json = response.headers["Content-Type"] == "application/json"
        answer = json.loads(text) if is_json else text.decode()
        schema = described["content"][response.headers["Content-Type"]]["schema"]
        self.document.fits(answer, schema, what)
        self.seen.add((method, path, str(response.status)))
        return response.status, answer

    def expect(self, wanted, method, path, **how):
        status, answer = self.call(method, path, **how)
        if status != wanted:
            sys.exit(f"FAILED: {method} {path} was answered {status}, not {wanted}: {answer}")
        return answer

    def unseen(self):
        return {
            (method, path, status)
            for method, path, operation in self.document.operations()
            for status in operation["responses"]
        } - self.seen


DECLINES = "/v1/declines"
ORDERS = "/v1/orders"
RERUNS = "/v1/reruns"
CASCADES = "/v1/cascades"
SUBSCRIPTION = "/v1/subscriptions/{id}"


def push(service, path, wanted, value, valid=True):
    """A push whose body fits the documented schema, or is meant not to."""
    content = service.document.root["paths"][path]["post"]["requestBody"]["content"]
    if valid:
        service.document.fits(value, content["application/json"]["schema"], "a request")
    return service.expect(wanted, "POST", path, body=json.dumps(value))


def examples_of(service, path):
    media = service.document.plain["paths"][path]["post"]["requestBody"]["content"]
    return {name: each["value"] for name, each in media["application/json"]["examples"].items()}


def results(answer):
    return [item["result"] for item in answer["items"]]


def equal(wanted, found, what):
    if wanted != found:
        sys.exit(f"FAILED: {what}: {found!r}, not {wanted!r}")


def exercise_pushes(service, path, bad, wrong):
    """What is pushed as an import takes it. `bad` is wrong in the fields `wrong`."""
    examples = examples_of(service, path)
    one = examples["one"]
    equal(["inserted"], results(push(service, path, 200, one)), "the first push")
    again = push(service, path, 200, one)
    equal(["unchanged"], results(again), "a repeat")
    equal(1, again["counts"]["unchanged"], "its count")
    listed = push(service, path, 200, examples["list"])
    equal(["unchanged", "inserted"], results(listed), "a list")
    equal(["unchanged"], results(push(service, path, 200, examples["wrapped"])), "a wrapped list")
    equal([], results(push(service, path, 200, [])), "an empty list")
    changed = {**one, "email": "new@example.com", "colour": "red"}
    updated = push(service, path, 200, changed)
    equal(["updated"], results(updated), "a change")
    equal(["colour"], updated["unknown_fields"], "unknown fields")

    mixed = push(service, path, 207, [changed, {**one, **bad}, {}, 7], valid=False)
    equal(["unchanged", "rejected", "rejected", "rejected"], results(mixed), "a mixed batch")
    fields = [reason["field"] for reason in mixed["items"][1]["reasons"]]
    equal(wrong, fields, "the fields that are wrong")
    alone = push(service, path, 422, {**one, **bad}, valid=False)
    equal(wrong[0], alone["error"]["field"], "the field of the error")
    push(service, path, 422, [{**one, **bad}] * 2, valid=False)
    exercise_no_batch(service, path, one)


def exercise_no_batch(service, path, one):
    """What no endpoint takes for a batch, whatever its items are."""
    push(service, path, 422, "a text", valid=False)
    too_many = push(service, path, 422, [one] * 1001, valid=False)
    equal("too_many", too_many["error"]["code"], "1001 items")

    def post(wanted, **how):
        service.expect(wanted, "POST", path, **how)

    post(401, body=json.dumps(one), token=None)
    post(401, body=json.dumps(one), token="wrong-" + service.token)
    post(413, body=json.dumps({**one, "note": "x" * LARGEST_BODY}))
    post(415, body="order_id=1&price=1")
    post(415, body=json.dumps(one), kind="application/x-www-form-urlencoded")
    post(415, body="")


def exercise_declines(service):
    bad = {"subscription_id": "S-bad", "price": "12.345", "gateway_id": "nowhere"}
    exercise_pushes(service, DECLINES, bad, ["gateway_id", "price"])
    one = examples_of(service, DECLINES)["one"]
    as_number = {**one, "email": "new@example.com", "price": 89.95}
    equal(["unchanged"], results(push(service, DECLINES, 200, as_number)), "a price as a number")
    older = {**one, "billing_cycle": 3}
    equal(["superseded"], results(push(service, DECLINES, 200, older)), "an older cycle")
    service.expect(404, "GET", SUBSCRIPTION, target="/v1/subscriptions/S-bad")


def exercise_orders(service):
    bad = {"order_id": "O-bad", "amount": "12.345", "gateway_id": "nowhere"}
    exercise_pushes(service, ORDERS, bad, ["gateway_id", "amount"])


def exercise_reruns(service):
    """Of orders whose card FlexFactor decides nothing about, so that they stay open."""
    order = {**examples_of(service, ORDERS)["one"], "card_token": "pending-1"}
    other = {**order, "order_id": "O-1003"}
    push(service, ORDERS, 200, [order, other])
    examples = examples_of(service, RERUNS)
    listed = push(service, RERUNS, 207, examples["list"])
    equal(["claimed", "refused"], results(listed), "a batch of reruns")
    equal("cancelled", listed["items"][1]["reason"], "why not")
    equal("49.95", listed["items"][0]["amount"], "the amount")
    again = push(service, RERUNS, 422, examples["one"])
    equal("open_recovery", again["error"]["code"], "a repeat")
    push(service, RERUNS, 422, examples["wrapped"])
    equal([], results(push(service, RERUNS, 200, [])), "an empty list")
    alone = {"order_id": "O-1003", "note": "x"}
    named = [{**alone, "gateway_id": name} for name in ("main", "nowhere")]
    mixed = push(service, RERUNS, 422, [*named, {"order_id": "O-9"}, {}, 7], valid=False)
    reasons = [item.get("reason") for item in mixed["items"]]
    equal(["not_flexfactor", "no_such_gateway", "not_found", None, None], reasons, "the reasons")
    counts = {"read": 5, "claimed": 0, "refused": 3, "rejected": 2}
    equal(counts, mixed["counts"], "the counts")
    claimed = push(service, RERUNS, 200, {"reruns": [alone]})
    equal(["claimed"], results(claimed), "without a gateway's name")
    equal(["note"], claimed["unknown_fields"], "unknown fields")
    exercise_no_batch(service, RERUNS, examples["one"])
    # FlexFactor has them: what is said of them now changes nothing, but that they are cancelled.
    late = push(service, ORDERS, 200, {**order, "amount": "1.00"})
    equal(["superseded"], results(late), "a change to what is open")
    gone = push(service, ORDERS, 200, [{**each, "status": "cancelled"} for each in (order, other)])
    equal(["withdrawing", "withdrawing"], results(gone), "what is cancelled")


def exercise_cascades(service):
    one = examples_of(service, CASCADES)["one"]

    def cascade(**changed):
        return push(service, CASCADES, 200, {**one, **changed})

    refused = cascade()
    equal("no_cascade", refused["reason"], "without a cascade profile")
    equal(["refused", None], [refused["result"], refused["gateway"]], "its result")
    direct = {"gateway_id": "till"}  # which has a cascade profile
    equal("no_ip_address", cascade(**direct, ip_address="")["reason"], "C3")
    for word, result in (("approve", "approved"), ("decline", "declined")):
        named = {**direct, "order_id": f"O-{word}", "card_token": f"{word}-1"}
        answer = cascade(**named)
        equal(result, answer["result"], f"a cascade that is to be {result}")
        equal("cascade profile salvage of gateway till", answer["decided_by"], "the rule")
        equal(answer, cascade(**named), "a repeat")
    push(service, CASCADES, 422, {**one, "amount": "twelve"}, valid=False)
    push(service, CASCADES, 422, [], valid=False)
    push(service, CASCADES, 422, [one, one], valid=False)
    push(service, CASCADES, 422, 7, valid=False)

    def post(wanted, **how):
        service.expect(wanted, "POST", CASCADES, **how)

    post(401, body=json.dumps(one), token=None)
    post(413, body=json.dumps({**one, "note": "x" * LARGEST_BODY}))
    post(415, body="order_id=1")


def exercise_looks(service):
    service.expect(200, "GET", "/healthz", token=None)
    service.expect(200, "GET", "/readyz", token=None)
    served = service.expect(200, "GET", "/openapi.json", token=None)
    equal(service.document.plain, served, "the document that is served")
    figures = service.expect(200, "GET", "/metrics")
    if not figures.startswith("# HELP recycled_oldest_due_seconds"):
        sys.exit("FAILED: the oldest due item comes first")
    service.expect(401, "GET", "/metrics", token=None)
    known = "/v1/subscriptions/S-1001"
    story = service.expect(200, "GET", SUBSCRIPTION, target=known)
    equal("89.95", story["price"], "its price")
    gone = service.expect(200, "GET", SUBSCRIPTION, target="/v1/subscriptions/S%2d1002")
    equal("cancelled", gone["not_taken"]["reason"], "why it is not taken")
    service.expect(401, "GET", SUBSCRIPTION, target=known, token=None)
    unknown = service.expect(
        404, "GET", SUBSCRIPTION, target="/v1/subscriptions/4111%201111%201111%201111"
    )
    if "1111 1111" in unknown["error"]["message"]:
        sys.exit("FAILED: a card number is told back")


def exercise_unavailable(service, ledger):
    """Somebody else holds the ledger for longer than a writer waits."""
    story = "/v1/subscriptions/S-1001"
    body = json.dumps({"subscription_id": "S-1001", **later_cycle()})
    order = json.dumps({**examples_of(service, ORDERS)["one"], "status": "refunded"})
    with sqlite3.connect(ledger, isolation_level=None) as held:
        held.execute("BEGIN IMMEDIATE")
        with concurrent.futures.ThreadPoolExecutor() as pool:
            calls = [
                pool.submit(service.expect, 503, "GET", "/readyz", token=None),
                pool.submit(service.expect, 503, "GET", SUBSCRIPTION, target=story),
                pool.submit(service.expect, 503, "GET", "/metrics"),
                pool.submit(service.expect, 503, "POST", DECLINES, body=body),
                pool.submit(service.expect, 503, "POST", ORDERS, body=order),
                pool.submit(service.expect, 503, "POST", RERUNS, body='{"order_id": "O-1001"}'),
                pool.submit(service.expect, 503, "POST", CASCADES, body=order),
            ]
            service.expect(200, "GET", "/healthz", token=None)
            for each in calls:
                each.result()
        held.execute("ROLLBACK")
    held.close()
    service.expect(200, "GET", "/readyz", token=None)
    after = service.expect(200, "GET", SUBSCRIPTION, target=story)
    equal(4, after["billing_cycle"], "what was answered 503 is not in")


def later_cycle():
    return {
        "gateway_id": "main",
        "status": "active",
        "billing_cycle": 9,
        "price": "1.00",
        "currency": "USD",
        "interval": "1m",
    }


def main(arguments):
    match arguments:
        case ["exercise", document, routes, url, token_file, ledger]:
            described = Document(pathlib.Path(document).read_text())
            described.check_itself()
            described.compare_with(pathlib.Path(routes).read_text())
            token = pathlib.Path(token_file).read_text().removesuffix("\n")
            service = Service(described, url, token)
            exercise_declines(service)
            exercise_orders(service)
            exercise_looks(service)
            exercise_unavailable(service, ledger)  # before there is work that needs the ledger
            exercise_reruns(service)
            exercise_cascades(service)
            if service.unseen():
                sys.exit(f"FAILED: documented and never seen: {sorted(service.unseen())}")
        case ["fits", document, schema, file]:
            described = Document(pathlib.Path(document).read_text())
            value = json.loads(pathlib.Path(file).read_text())
            described.fits(value, {"$ref": f"#/components/schemas/{schema}"}, file)
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
