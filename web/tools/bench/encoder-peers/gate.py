"""Does our int8 path rank as f32 does?

`python gate.py MODEL_FOLDER CATALOGUES STS [VECTORS]` (packages: numpy, onnxruntime, tokenizers)

1,000 different texts, spread evenly over the `*.jsonl.gz` in CATALOGUES (title and text), and the pairs of the
`stsb-{en,zh}-dev.csv` in STS, by our path, which gives the same bytes here and in a browser, and by onnxruntime in f32
from the same file. VECTORS is the compiled example `vectors` of `predilect-encoder`; without it, cargo builds it.
The exit code is 1 where the top-10 overlap is below .95, the nearest neighbour the same for fewer than .97, or a
Spearman correlation more than .005 apart.
"""

import csv
import gzip
import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

COUNT, TOP = 1000, 10
CARGO = ["cargo", "run", "--quiet", "--profile", "native", "-p", "predilect-encoder", "--example", "vectors", "--"]


def catalogue_texts(folder: Path) -> list[str]:
    files = sorted(folder.glob("*.jsonl.gz"))
    parts = []
    for file in files:
        with gzip.open(file, "rt", encoding="utf8") as lines:
            items = [json.loads(line) for line in lines]
        texts = dict.fromkeys(" ".join(f"{i['title']}. {i['text']}".split()) for i in items if i["text"])
        parts.append(list(texts))
    chosen: dict[str, None] = {}
    # Small catalogues give all they have, large ones the rest.
    for left, part in zip(range(len(parts), 0, -1), sorted(parts, key=len)):
        share = min(len(part), -(-(COUNT - len(chosen)) // left))
        chosen |= dict.fromkeys(part[i * len(part) // share] for i in range(share))
    return list(chosen)


def ours(command: list[str], texts: list[str]) -> np.ndarray:
    done = subprocess.run(command, input="\n".join(texts).encode(), stdout=subprocess.PIPE, check=True)
    return np.frombuffer(done.stdout, np.float32).reshape(len(texts), -1)


def reference(folder: Path, texts: list[str]) -> np.ndarray:
    manifest = json.loads((folder / "manifest.json").read_text("utf8"))
    tokenizer = Tokenizer.from_file(str(folder / manifest["files"]["tokenizer"]["name"]))
    tokenizer.no_padding()
    tokenizer.enable_truncation(manifest["max_tokens"])
    options = onnxruntime.SessionOptions()
    # Above this level it rounds activations, too.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    session = onnxruntime.InferenceSession(str(folder / manifest["files"]["model"]["name"]), options)
    by_length = defaultdict(list)
    ids = [encoding.ids for encoding in tokenizer.encode_batch([manifest["prefix"] + text for text in texts])]
    for index, row in enumerate(ids):
        by_length[len(row)].append(index)
    out = np.zeros((len(texts), manifest["dimension"]), np.float32)
    for rows in by_length.values():
        for at in range(0, len(rows), 32):
            batch = rows[at : at + 32]
            tokens = np.array([ids[i] for i in batch], np.int64)
            feeds = {"input_ids": tokens, "attention_mask": np.ones_like(tokens)}
            vectors = session.run(["last_hidden_state"], feeds)[0].mean(1)
            out[batch] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return out


def nearest(vectors: np.ndarray) -> np.ndarray:
    similar = vectors.astype(np.float64) @ vectors.T.astype(np.float64)
    np.fill_diagonal(similar, -2)
    return np.argsort(-similar, axis=1, kind="stable")[:, :TOP]


def spearman(a: np.ndarray, b: np.ndarray) -> float:
    def rank(values):
        _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
        return (np.cumsum(counts) - (counts - 1) / 2)[inverse]

    return float(np.corrcoef(rank(a), rank(b))[0, 1])


def main(folder: Path, catalogues: Path, sts: Path, command: list[str]) -> int:
    texts = catalogue_texts(catalogues)
    a, b = ours(command, texts), reference(folder, texts)
    mine, theirs = nearest(a), nearest(b)
    overlap = float(np.mean([len(set(x) & set(y)) / TOP for x, y in zip(mine, theirs)]))
    same = float((mine[:, 0] == theirs[:, 0]).mean())
    cosine = (a * b).sum(1)
    print(f"{len(texts)} texts: top-{TOP} overlap {overlap:.4f}, same nearest neighbour {same:.4f}")
    print(f"cosine with f32: mean {cosine.mean():.6f}, least {cosine.min():.6f}")
    good = overlap >= 0.95 and same >= 0.97
    for language in ("en", "zh"):
        with open(sts / f"stsb-{language}-dev.csv", encoding="utf8", newline="") as file:
            rows = [(x, y, float(score)) for x, y, score in csv.reader(file)]
        pairs = [" ".join(t.split()) for x, y, _ in rows for t in (x, y)]
        score = np.array([s for *_, s in rows])
        both = [spearman((v[::2] * v[1::2]).sum(1), score) for v in (ours(command, pairs), reference(folder, pairs))]
        print(f"STS-B dev {language}, {len(rows)} pairs: Spearman {both[0]:.4f}, f32 {both[1]:.4f}")
        good &= abs(both[0] - both[1]) <= 0.005
    print("good" if good else "not good enough")
    return 0 if good else 1


if __name__ == "__main__":
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    where = [Path(arg) for arg in sys.argv[1:4]]
    program = [sys.argv[4]] if len(sys.argv) == 5 else CARGO
    sys.exit(main(*where, [*program, str(where[0])]))
