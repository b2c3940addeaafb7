"""The kinds of faults for people: a module of its own, which every command line may load at no cost."""

KINDS = {
    "latency TIME": "answer late; `latency-after-commit TIME` works first and then waits",
    "STATUS [retry-after TIME]": "answer 500, 429 ...; `503-after-commit` does the work nevertheless",
    "drop": "close the connection; `drop-after-commit` does the work first",
    "truncate [BYTES]": "cut the body of the answer",
    "double [second]": "carry a write out twice, and show the first or the second answer",
    "lie": "confirm a delete without doing it",
    "endless, repeat, empty": "pages that never end, come twice, come empty with has_more",
    "wrong-ends": "a first_id and a last_id that name no row",
    "hide [ROWS]": "leave rows out of a page",
    "appear [ROWS]": "containers of somebody else, or files of the assistant, come into being first",
    "vanish [ROWS]": "the last rows of a page are deleted once it is read",
    "null-bytes, bogus-row": "files without a size; a row that concatenates the paths of others",
    "rate-limit RATE": "a token bucket: 100/min, 10/s",
}
"""Every kind with its arguments, and what it does: the help of the command."""
