# SPDX-License-Identifier: BSD-3-Clause
"""What a run of portsniff may never do, whatever fails.

- It ends by itself, with a documented exit status, and no sanitizer has anything to say.
- Status 0: report, saved file and sandbox are what they are without a fault.
- Status 3: the report says which input is damaged, and holds no more than there is.
- Status 1: a sentence for each thing that went wrong; what was written is whole, or a prefix of whole intervals. What
  reached a pipe before it could not be written to any more cannot be taken back.
- An -o file is the one that was there, or the new one, and nothing is left beside it.
- A -w file can be read by portsniff itself, and holds what the report says that it holds.
"""

import json
import re

from fault import OLD

SANITIZER = re.compile(rb"Sanitizer|runtime error:|==\d+==")
SENTENCE = re.compile(r"portsniff: [^\n]+[.]$")


def documents(text):
    """The JSON documents in a text: one per line, or one over many. An error when it is anything else."""
    found, at, text = [], 0, text.decode()
    while at < len(text):
        document, at = json.JSONDecoder().raw_decode(text, at)
        found.append(document)
        while at < len(text) and text[at].isspace():
            at += 1
    return found


def ended_well(done):
    wrong = []
    if done.status not in (0, 1, 3):
        wrong.append(f"exit status {done.status}")
    if SANITIZER.search(done.err):
        wrong.append("a sanitizer complains")
    if not done.ended and done.status >= 0:
        wrong.append("main() did not return")
    return wrong


def told_well(done, why=""):
    """Sentences of one line each; one of them says why."""
    lines = [line for line in done.err.decode(errors="replace").splitlines() if line]
    wrong = [f"not a sentence: {line!r}" for line in lines if not SENTENCE.match(line) or "(null)" in line]
    if done.status != 0 and not lines:
        wrong.append("nothing is said")
    if done.status != 0 and why and not re.search(why, done.err.decode(errors="replace")):
        wrong.append(f"nothing is said of {why!r}")
    return wrong


def same(what, got, wanted):
    return [] if got == wanted else [f"{what}: {str(got)[:300]}, not as without faults"]


def packets_of(document):
    return document["capture"]["packets"]


def is_told(source):
    return source["damage"] is not None or source.get("error") is not None


def without_progress(document):
    """How much was read ahead when an interval or -c ended depends on how much each read brings."""
    document = json.loads(json.dumps(document))
    for source in document.get("capture", {}).get("sources", []):
        source.pop("packets_read")
        if not document["capture"].get("final", True):
            source.pop("packets"), source.pop("bytes")
    return document


def same_documents(case, answer, wanted):
    if answer == wanted or case.form not in ("json", "jsonl"):
        return same("the report", answer, wanted)
    return same("the report", *([without_progress(one) for one in documents(text)] for text in (answer, wanted)))


def whole_documents(case, done, good):
    """JSON: all of it can be parsed, and a smaller total is told in the document itself."""
    try:
        found, wanted = documents(done.answer()), documents(good.answer())
    except (ValueError, UnicodeDecodeError) as error:
        return [f"the report is torn: {error}: {done.answer()[-80:]!r}"]
    if "capture" not in wanted[-1]:
        return []
    wrong = []
    if not case.streams and len(found) > 1:
        wrong.append(f"{len(found)} reports")
    if case.streams and done.status == 1:
        found, wanted = ([without_progress(one) for one in some] for some in (found, wanted[: len(found)]))
        return same("intervals", found, wanted)
    capture, whole = found[-1]["capture"], packets_of(wanted[-1])
    if capture["packets"] > whole:
        wrong.append(f"{capture['packets']} packets, there are {whole}")
    if capture["packets"] < whole and not any(map(is_told, capture["sources"])):
        wrong.append(f"{capture['packets']} packets of {whole} look complete")
    if done.status == 3 and not any(map(is_told, capture["sources"])):
        wrong.append("nothing is told of damage")
    return wrong


def answered_well(case, done, good, gone, torn):
    answer, wanted = done.answer(), good.answer()
    if (gone or (torn and done.status == 1 and (case.streams or not case.output))) and wanted.startswith(answer):
        return []
    if done.status == 0:
        return same_documents(case, answer, wanted)
    if case.partial:
        return []
    if not answer or answer == OLD:
        return [] if done.status == 1 or case.streams else ["no report"]
    if case.form in ("json", "jsonl"):
        return whole_documents(case, done, good)
    # Text of a stream ends behind some interval; other text is there as a whole.
    if case.streams and wanted.startswith(answer):
        return []
    return [] if answer == wanted or done.status == 3 else [f"a part of a report: {answer[:300]!r}"]


def output_well(case, done):
    """The file of -o, and nothing beside it."""
    wrong = [f"left behind: {name}" for name in done.left]
    if case.output and not case.streams and not done.report:
        wrong.append(f"{case.output} is gone or empty")
    return wrong


def saved_well(bench, case, done, good):
    """The file of -w: what was told about it is in it."""
    if not case.saved:
        return []
    if done.status == 0:
        return packets_in(bench, done.saved, packets_of(documents(good.answer())[-1]))
    if not done.saved:
        return []
    if not done.answer() or done.answer() == OLD:
        return packets_in(bench, done.saved, None)
    try:
        capture = documents(done.answer())[-1]["capture"]
    except ValueError:  # torn by a write that failed
        return packets_in(bench, done.saved, None)
    return packets_in(bench, done.saved, capture["packets"] - capture.get("packets_not_saved", 0))


def packets_in(bench, saved, wanted):
    status, document, err = bench.read_saved(saved)
    if status not in (0, 3) and len(saved) >= 4:
        return [f"what was saved cannot be read: {err!r}"]
    if wanted is not None and document and packets_of(document) != wanted:
        return [f"{packets_of(document)} packets are saved, told were {wanted}"]
    return []


def judge(bench, case, done, good, why="", gone=False, torn=False):
    """What is wrong with a run: sentences. `why`: a pattern for one of its own sentences; `gone`: nobody reads the report;
    `torn`: writing fails."""
    wrong = ended_well(done) + told_well(done, why)
    if done.status not in (0, 1, 3):
        return wrong
    wrong += answered_well(case, done, good, gone, torn) + output_well(case, done) + saved_well(bench, case, done, good)
    if done.status == 0 and good.confined and not done.confined:
        wrong.append("there was no sandbox, and nothing was said of it")
    return wrong
