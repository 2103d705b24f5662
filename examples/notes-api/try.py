"""Writes, reads, changes and deletes notes through the stack's two APIs.

    python try.py [--stack notes-api] [--expect-earlier | --clean]
"""

import argparse
import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from steps import Steps, call, main, outputs, require  # noqa: E402

NOTES = json.loads((HERE / "input" / "notes.json").read_text("utf-8"))
ORIGIN = "https://notes.example.com"


def run() -> None:
    arguments = parse()
    stack = outputs(arguments.stack)
    notes, reading = stack["NotesUrl"] + "/notes", stack["ReadUrl"] + "/notes"
    if arguments.clean:
        return
    steps = Steps()
    if arguments.expect_earlier:
        look_at_earlier(notes, steps)
    written = write_all(notes, steps)
    list_pages(notes, written, steps)
    read_both_ways(notes, reading, written[0], steps)
    change(notes, written[1], steps)
    delete(notes, written[3], steps)
    refuse_bad_input(notes, steps)
    check_cors(notes, reading, steps)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Writes, reads, changes and deletes notes.")
    parser.add_argument("--stack", default="notes-api")
    parser.add_argument("--expect-earlier", action="store_true", help="an earlier run's notes must still be there")
    parser.add_argument("--clean", action="store_true", help="nothing to do here: the stack can be deleted as it is")
    return parser.parse_args()


def look_at_earlier(notes: str, steps: Steps) -> None:
    kept = call("GET", f"{notes}?notebook=kitchen&limit=100").json["notes"]
    titles = [note["title"] for note in kept]
    for note in NOTES[:2]:
        require(note["title"] in titles, f"the earlier run's note {note['title']!r} is not among {titles}")
    steps.done(f"found {len(kept)} kitchen notes of an earlier run")


def write_all(notes: str, steps: Steps) -> list[dict]:
    written = []
    for note in NOTES:
        answer = call("POST", notes, note)
        require(answer.status == 201, f"POST answered {answer.status}: {answer.body!r}")
        for field, value in note.items():
            require(answer.json[field] == value, f"{field} came back as {answer.json[field]!r}")
        written.append(answer.json)
        steps.done(f"POST /notes -> 201 {answer.json['title']!r} in {answer.json['notebook']!r}")
    return written


def list_pages(notes: str, written: list[dict], steps: Steps) -> None:
    expected = {note["id"] for note in written if note["notebook"] == "kitchen"}
    seen, pages, next_page = [], 0, ""
    while pages < 100 and not expected <= set(seen):
        answer = call("GET", f"{notes}?notebook=kitchen&limit=2{next_page}")
        require(answer.status == 200, f"GET /notes answered {answer.status}: {answer.body!r}")
        require(len(answer.json["notes"]) <= 2, f"a page of two has {len(answer.json['notes'])} notes")
        seen += [note["id"] for note in answer.json["notes"]]
        pages += 1
        if "next" not in answer.json:
            break
        next_page = f"&next={answer.json['next']}"
    require(expected <= set(seen), f"{len(expected)} kitchen notes were written, the list has {len(expected & set(seen))}")
    require(len(seen) == len(set(seen)), "a note came twice")
    newest = [note["id"] for note in reversed(written) if note["notebook"] == "kitchen"]
    require(seen[: len(newest)] == newest, "the newest note does not come first")
    steps.done(f"GET /notes?notebook=kitchen -> the newest first, in {pages} pages of two")


def read_both_ways(notes: str, reading: str, note: dict, steps: Steps) -> None:
    for name, url in [("REST API", notes), ("HTTP API", reading)]:
        answer = call("GET", f"{url}/{note['id']}")
        require(answer.status == 200, f"GET through the {name} answered {answer.status}: {answer.body!r}")
        require(answer.json == note, f"GET through the {name} answered {answer.json}")
        steps.done(f"GET /notes/{{id}} through the {name} -> 200, as written")


def change(notes: str, note: dict, steps: Steps) -> None:
    text = note["text"] + " 밥과 함께."
    changed = {"notebook": note["notebook"], "title": note["title"], "text": text}
    answer = call("PUT", f"{notes}/{note['id']}", changed)
    require(answer.status == 200, f"PUT answered {answer.status}: {answer.body!r}")
    require(answer.json["text"] == text and answer.json["version"] == 2, f"PUT answered {answer.json}")
    require(call("GET", f"{notes}/{note['id']}").json == answer.json, "GET after PUT differs")
    steps.done("PUT /notes/{id} -> 200, version 2")


def delete(notes: str, note: dict, steps: Steps) -> None:
    url = f"{notes}/{note['id']}"
    require(call("DELETE", url).status == 204, "DELETE did not answer 204")
    for method, body in [("GET", None), ("DELETE", None), ("PUT", {"title": "too late"})]:
        answer = call(method, url, body)
        require(answer.status == 404, f"{method} of a deleted note answered {answer.status}: {answer.body!r}")
        require(note["id"] in answer.json["message"], f"{method} of a deleted note answered {answer.json}")
    steps.done("DELETE /notes/{id} -> 204, then GET, DELETE and PUT -> 404")


def refuse_bad_input(notes: str, steps: Steps) -> None:
    cases = [
        (b"{not json", ["body"]),
        (b"[1, 2]", ["body"]),
        ({}, ["title"]),
        ({"title": "", "text": 7, "colour": "red"}, ["title", "text", "colour"]),
        ({"title": "x" * 101}, ["title"]),
    ]
    for body, fields in cases:
        answer = call("POST", notes, body)
        require(answer.status == 400, f"POST {body!r} answered {answer.status}: {answer.body!r}")
        named = [error["field"] for error in answer.json["errors"]]
        require(sorted(named) == sorted(fields), f"POST {body!r} complained about {named}, not {fields}")
    require(call("GET", notes).status == 400, "GET /notes without a notebook did not answer 400")
    steps.done(f"{len(cases) + 1} bad requests -> 400, each naming the fields")
    unknown = call("GET", notes.removesuffix("/notes") + "/nothing")
    require(unknown.status == 403, f"an unknown path answered {unknown.status}: {unknown.body!r}")
    require(unknown.json == {"message": "Missing Authentication Token"}, f"an unknown path answered {unknown.json}")
    steps.done('GET /nothing -> 403 "Missing Authentication Token", as API Gateway answers')


def check_cors(notes: str, reading: str, steps: Steps) -> None:
    asking = {"Origin": ORIGIN, "Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "content-type"}
    answer = call("OPTIONS", f"{notes}/any", headers=asking)
    require(answer.status == 200, f"OPTIONS answered {answer.status}: {answer.body!r}")
    require(answer.headers["Access-Control-Allow-Origin"] == ORIGIN, f"OPTIONS answered\n{answer.headers}")
    require("PUT" in answer.headers["Access-Control-Allow-Methods"], f"OPTIONS answered\n{answer.headers}")
    asking["Access-Control-Request-Method"] = "GET"
    answer = call("OPTIONS", f"{reading}/any", headers=asking)
    require(answer.status == 204, f"OPTIONS of the HTTP API answered {answer.status}: {answer.body!r}")
    require(answer.headers["Access-Control-Allow-Origin"] == ORIGIN, f"OPTIONS answered\n{answer.headers}")
    steps.done(f"OPTIONS -> both APIs allow {ORIGIN}")


main(run)
