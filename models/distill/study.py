"""Size against quality: layers, pieces, rounding and dimensions.

    python study.py --run finish --steps 0:0 .35:.35 .56:.65 .8:.9 1:1    # rounding, after training for one step
    python study.py --run finish --steps .56:.65 --pieces 16000 12000     # fewer pieces, without further training
    python study.py --run layers4 --steps .56:.65                        # another run: here of fewer layers

Every call adds its rows to study.jsonl beside this file and writes study.md anew. A step is STEP:WORDS_STEP (0: plain int8,
one scale a row; `f32`: the run before any rounding). Wire is brotli of model.onnx plus tokenizer.json at --quality. Scores: STS-B
dev (Spearman), Tatoeba test (accuracy@1, mean of both ways).
"""
import argparse
import json
import shlex
import sys
import tempfile
from pathlib import Path

import brotli
import numpy as np
import onnx
import torch
from tokenizers import Tokenizer

import onnx_file
from encoder import Encoder, embed, tokenise
from evaluate import sts, tatoeba
from paths import CORPUS, HERE, RUNS, TOKENIZER
from vocabulary import forced

COLUMNS = {"layers": "layers", "pieces": "pieces", "weights": "weights", "raw": "raw MB", "wire": "wire MB",
           "sts_b_dev_en": "STS-B en", "sts_b_dev_zh": "zh", "sts_b_dev_en@256": "@256 en", "sts_b_dev_zh@256": "zh",
           "sts_b_dev_en@128": "@128 en", "sts_b_dev_zh@128": "zh", "tatoeba": "Tatoeba", "tatoeba@256": "@256"}


def fewer(state: dict, form: dict, pieces: int) -> tuple[dict, dict]:
    """The weights and the tokenizer with the pieces alone that the corpus uses most, languages weighing the same."""
    tokenizer, vocabulary = Tokenizer.from_str(json.dumps(form)), form["model"]["vocab"]
    share = np.zeros(len(vocabulary))
    rows = [line.rstrip("\n").split("\t") for line in open(CORPUS, encoding="utf8")]
    for lang in ("en", "zh"):
        ids = np.concatenate([i[1:-1] for i in tokenise(tokenizer, [r[2] for r in rows if r[1] == lang])])
        share += np.bincount(np.asarray(ids, int), minlength=len(vocabulary)) / len(ids)
    must = [i for i, (piece, _) in enumerate(vocabulary) if i < 4 or forced(piece)]
    rest = [int(i) for i in np.argsort(-share) if i not in set(must)]
    keep = np.array(sorted(must + rest[: max(0, pieces - len(must))]))
    form = json.loads(json.dumps(form))
    form["model"]["vocab"] = [vocabulary[i] for i in keep]
    return {**state, "words.weight": state["words.weight"][torch.from_numpy(keep)]}, form


def row(state: dict, form: dict, steps: str, quality: int) -> dict:
    model, tokenizer, text = Encoder.of(state), Tokenizer.from_str(json.dumps(form)), json.dumps(form, ensure_ascii=False, separators=(",", ":"))
    out = {"layers": len(model.layers), "pieces": len(state["words.weight"]), "weights": steps}
    if steps == "f32":
        out["raw"] = sum(w.numel() for w in model.parameters()) * 4 / 1e6
    else:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "model.onnx"
            onnx.save(onnx_file.build(model, *map(float, steps.split(":"))), file)
            packed = [len(brotli.compress(part, quality=quality, lgwin=24)) for part in (file.read_bytes(), text.encode())]
            out.update(raw=file.stat().st_size / 1e6, wire=sum(packed) / 1e6)
            model = onnx_file.read(file)
    encode = lambda texts: embed(model, tokenise(tokenizer, texts))
    out.update(sts(encode), **tatoeba(encode))
    for suffix in ("", "@256"):
        out["tatoeba" + suffix] = (out["tatoeba_en_zh" + suffix] + out["tatoeba_zh_en" + suffix]) / 2
    return out


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--run", required=True)
    p.add_argument("--steps", nargs="*", default=["f32", "0:0", ".35:.35", ".56:.65", ".8:.9", "1:1"])
    p.add_argument("--pieces", nargs="*", type=int, default=[0], help="0: all that the run has")
    p.add_argument("--quality", type=int, default=11)
    o = p.parse_args()
    state = torch.load(RUNS / o.run / "last.pt", weights_only=False)["average"]
    form, kept = json.loads(TOKENIZER.read_text("utf8")), HERE / "study.jsonl"
    command = "python study.py " + shlex.join(sys.argv[1:])
    for pieces in o.pieces:
        weights, pruned = fewer(state, form, pieces) if pieces else (state, form)
        for steps in o.steps:
            entry = {"run": o.run, "command": command, **row(weights, pruned, steps, o.quality)}
            with open(kept, "a") as file:
                file.write(json.dumps({k: round(v, 4) if isinstance(v, float) else v for k, v in entry.items()}) + "\n")
            print(json.dumps(entry), flush=True)
    rows = [json.loads(line) for line in kept.read_text().splitlines()]
    cell = lambda key, value: "" if value is None else f"{value:.2f}" if key in ("raw", "wire") else f"{value:.4f}" if isinstance(value, float) else str(value)
    lines = []
    for command in dict.fromkeys(r["command"] for r in rows):
        lines += [f"`{command}`", "", "| " + " | ".join(COLUMNS.values()) + " |", "|" + "---|" * len(COLUMNS)]
        lines += ["| " + " | ".join(cell(k, r.get(k)) for k in COLUMNS) + " |" for r in rows if r["command"] == command] + [""]
    (HERE / "study.md").write_text("\n".join(lines))


if __name__ == "__main__":
    main()
