"""Texts a second, as `predilect build` encodes them, beside onnxruntime in dynamic int8 on as many threads.

`python texts.py MODEL_FOLDER VARIANTS CATALOGUE COUNT [VECTORS]` (packages: numpy, onnxruntime, tokenizers)

COUNT texts, spread evenly over the CATALOGUE (`*.jsonl.gz`, title and text), on two threads. VARIANTS is what `variants.py`
wrote; the quickest of its int8 forms counts, in batches of 32 texts of like length. VECTORS is the compiled example
`vectors` of `predilect-encoder`; without it, cargo builds it. Both make token ids from text within their time, and neither
its loading; they take turns, and the best of two turns counts.
"""

import gzip
import json
import re
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import onnxruntime
from gate import CARGO
from tokenizers import Tokenizer

THREADS, BATCH, TURNS = 2, 32, 2


def texts_of(catalogue: Path, count: int) -> list[str]:
    with gzip.open(catalogue, "rt", encoding="utf8") as lines:
        items = [json.loads(line) for line in lines]
    texts = [" ".join(f"{i['title']}. {i['text']}".split()) for i in items if i["text"]]
    return [texts[i * len(texts) // count] for i in range(count)]


def ours(command: list[str], texts: list[str]) -> float:
    done = subprocess.run(
        [*command, "--threads", str(THREADS)], input="\n".join(texts).encode(), capture_output=True, check=True
    )
    return len(texts) / float(re.search(r"tokens in ([\d.]+) s", done.stderr.decode())[1])


def theirs(session: onnxruntime.InferenceSession, tokenizer: Tokenizer, texts: list[str]) -> float:
    begun = time.perf_counter()
    ids = sorted((encoding.ids for encoding in tokenizer.encode_batch(texts)), key=len)
    for at in range(0, len(ids), BATCH):
        rows = ids[at : at + BATCH]
        tokens = np.full((len(rows), len(rows[-1])), 1, np.int64)
        mask = np.zeros_like(tokens)
        for i, row in enumerate(rows):
            tokens[i, : len(row)], mask[i, : len(row)] = row, 1
        hidden = session.run(["last_hidden_state"], {"input_ids": tokens, "attention_mask": mask})[0]
        vectors = (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdims=True)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return len(texts) / (time.perf_counter() - begun)


def main(folder: Path, variants: Path, catalogue: Path, count: int, command: list[str]) -> None:
    texts = texts_of(catalogue, count)
    manifest = json.loads((folder / "manifest.json").read_text("utf8"))
    tokenizer = Tokenizer.from_file(str(folder / manifest["files"]["tokenizer"]["name"]))
    tokenizer.no_padding()
    tokenizer.enable_truncation(manifest["max_tokens"])
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    files = sorted(variants.glob("int8*.onnx"))
    sessions = {file.stem: onnxruntime.InferenceSession(str(file), options) for file in files}
    rates: dict[str, list[float]] = {name: [] for name in ["ours", *sessions]}
    for _ in range(TURNS):
        rates["ours"].append(ours(command, texts))
        for name, session in sessions.items():
            rates[name].append(theirs(session, tokenizer, texts))
    for name, of_turns in rates.items():
        print(f"{name}: {max(of_turns):.0f} texts a second ({', '.join(f'{rate:.0f}' for rate in of_turns)})")


if __name__ == "__main__":
    if len(sys.argv) not in (5, 6):
        sys.exit(__doc__)
    where = [Path(arg) for arg in sys.argv[1:4]]
    program = [sys.argv[5]] if len(sys.argv) == 6 else CARGO
    main(*where, int(sys.argv[4]), [*program, str(where[0])])
