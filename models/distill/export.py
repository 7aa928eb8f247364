"""Step 6: a trained run -> the files that ship.

    python export.py --run finish --step .4 --words-step .45 --refit 6000 --revision 2026-11-22
    python export.py --untrained                 # the student as it starts, for trying the file format

Writes model.onnx, tokenizer.json, manifest.json and golden.json into ../predilect-encoder-small, and space.npy (the
teacher's space in the student's axes, needed to train on) beside this file.
"""
import argparse
import hashlib
import json
from pathlib import Path

import brotli
import numpy as np
import onnx
import onnxruntime
import torch
from tokenizers import Tokenizer

import onnx_file
from encoder import HIDDEN, MAX_TOKENS, Encoder, batches, pad, tokenise
from paths import OUT, RUNS, SPACE, TOKENIZER
from space import Space

LICENCE = "MIT"
GOLDEN = [
    "film", "电影", "A quiet novel about two sisters who open a bakery.", "我喜欢看电影和旅游", "旅游", "运动", "美食", "音乐",
    "How do I install the printer driver?", "如何安装打印机驱动程序？", "这家餐厅的服务很好，但是价格太贵了。",
    "iPhone 15 手机壳 透明 防摔", "ＦＵＬＬ－ＷＩＤＴＨ　ｔｅｘｔ　１２３", "full-width text 123", "繁體中文的電影評論", "繁体中文的电影评论",
    "🎬 movie night 🍿", "👩‍🍳🍜", "Café Zürich – naïve façade", "don't  stop   believing", "司马相如与卓文君", "a",
    "Wireless noise-cancelling headphones, 30 hours of battery, black", "ƔꙮꜲ",
    "The quick brown fox jumps over the lazy dog. 敏捷的棕色狐狸跳过了懒狗。 " * 40,
]


class Session:
    """An exported model in onnxruntime: texts -> unit vectors, pooled as every runtime has to."""

    def __init__(self, folder: Path):
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = torch.get_num_threads()
        # The extended level replaces scaled int8 weights by kernels that round the activations as well.
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
        self.session = onnxruntime.InferenceSession(str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"])

    def ids(self, texts) -> list[list[int]]:
        return tokenise(self.tokenizer, texts, limit=MAX_TOKENS)

    def encode(self, texts) -> np.ndarray:
        rows = self.ids(texts)
        out = np.empty((len(rows), HIDDEN), np.float32)
        for index in batches(rows, 4096):
            ids, mask = (t.numpy() for t in pad(rows, index))
            hidden = self.session.run(None, {"input_ids": ids, "attention_mask": mask.astype(np.int64)})[0]
            pooled = (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdims=True)
            out[index] = pooled / np.linalg.norm(pooled, axis=1, keepdims=True)
        return out


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def manifest(folder: Path, revision: str) -> dict:
    files = {}
    for role, name in (("model", "model.onnx"), ("tokenizer", "tokenizer.json")):
        files[role] = {"name": name, "bytes": (folder / name).stat().st_size, "sha256": sha256(folder / name)}
    entry = {"id": "predilect-encoder-small", "revision": revision, "dimension": HIDDEN, "pooling": "mean", "normalise": True,
             "max_tokens": MAX_TOKENS, "prefix": "", "licence": LICENCE, "files": files}
    parts = [files["model"]["sha256"], files["tokenizer"]["sha256"], str(HIDDEN), "mean", str(MAX_TOKENS), ""]
    entry["fingerprint"] = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
    return entry


def entropy(table: np.ndarray) -> float:
    """Bits a value that an ideal coder without context needs."""
    _, count = np.unique(table, return_counts=True)
    return float(-(count / table.size * np.log2(count / table.size)).sum())


def write(model: Encoder, space: Space, step: float, words_step: float, revision: str, folder: Path, quality: int = 9) -> dict:
    folder.mkdir(parents=True, exist_ok=True)
    proto = onnx_file.build(model, step, words_step)
    onnx.save(proto, folder / "model.onnx")
    (folder / "tokenizer.json").write_bytes(TOKENIZER.read_bytes())
    entry = manifest(folder, revision)
    (folder / "manifest.json").write_text(json.dumps(entry, indent=1) + "\n")
    space.save(SPACE)
    session = Session(folder)
    golden = {
        "fingerprint": entry["fingerprint"],
        "texts": [{"text": t, "ids": i, "vector": [round(float(x), 5) for x in v]}
                  for t, i, v in zip(GOLDEN, session.ids(GOLDEN), session.encode(GOLDEN))],
    }
    (folder / "golden.json").write_text(json.dumps(golden, ensure_ascii=False, separators=(",", ":")) + "\n", "utf8")
    tables = [onnx.numpy_helper.to_array(c) for c in proto.graph.initializer]
    ints = [t for t in tables if t.dtype == np.int8]
    wire = {n: len(brotli.compress((folder / n).read_bytes(), quality=quality, lgwin=24)) for n in ("model.onnx", "tokenizer.json")}
    return {
        "fingerprint": entry["fingerprint"], "bytes": {f["name"]: f["bytes"] for f in entry["files"].values()},
        f"wire_brotli{quality}": wire, "wire_mb": round(sum(wire.values()) / 1e6, 2),
        "bits_a_weight": round(sum(entropy(t) * t.size for t in ints) / sum(t.size for t in ints), 2),
        "largest_value": int(max(np.abs(t.astype(int)).max() for t in ints if len(t) != MAX_TOKENS)),
    }


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--run", help="name of the run under WORK/runs")
    p.add_argument("--also", action="append", default=[], help="other runs that went out from the same weights: the mean of all is taken")
    p.add_argument("--untrained", action="store_true")
    p.add_argument("--step", type=float, default=.5, help="linear weights: step as a share of a row's rms; 0: int8 without clipping")
    p.add_argument("--words-step", type=float, default=.5, help="the same for word vectors")
    p.add_argument("--refit", type=int, default=0, help="fit the last map again to this many teacher vectors, behind the rounded body")
    p.add_argument("--shift", type=float, default=0, help="share of the mean output to take away (folded into the last bias)")
    p.add_argument("--quality", type=int, default=9, help="brotli level of the sizes that are printed")
    p.add_argument("--revision", default="untrained")
    p.add_argument("--out", type=Path, default=OUT)
    o = p.parse_args()
    if o.untrained:
        from train import Corpus, start
        tokenizer = Tokenizer.from_file(str(TOKENIZER))
        model, space = start([0, 1, 2, 3, 10, 11], Corpus(tokenizer), tokenizer)
    else:
        state = torch.load(RUNS / o.run / "last.pt", weights_only=False)
        weights = [state["average"]] + [torch.load(RUNS / run / "last.pt", weights_only=False)["average"] for run in o.also]
        mean = {k: sum(w[k] for w in weights) / len(weights) if v.is_floating_point() else v for k, v in weights[0].items()}
        model, space = Encoder.of(mean), state["space"]
    if o.refit:
        refit(model, space, o.step, o.words_step, o.refit)
    if o.shift:
        shift(model, o.shift)
    print(json.dumps(write(model, space, o.step, o.words_step, o.revision, o.out, o.quality), indent=1))


def refit(model: Encoder, space: Space, step: float, words_step: float, count: int) -> None:
    from head import fit_head
    from train import Corpus
    tokenizer = Tokenizer.from_file(str(TOKENIZER))
    corpus = Corpus(tokenizer)
    count = min(count, len(corpus.targets))
    model.quantised(step, words_step)
    fit_head(model, tokenizer, corpus.texts[:count], space.lead(corpus.targets[:count]))
    model.quantised(0)


@torch.no_grad()
def shift(model: Encoder, share: float) -> None:
    """Moves the outputs so that `share` of their mean over corpus texts of both languages is gone."""
    from paths import CORPUS
    rows = [line.rstrip("\n").split("\t") for line in open(CORPUS, encoding="utf8")]
    tokenizer = Tokenizer.from_file(str(TOKENIZER))
    means = []
    for lang in ("en", "zh"):
        ids = tokenise(tokenizer, [r[2] for r in rows if r[1] == lang][:1500])
        means.append(torch.cat([model(*pad(ids, index)) for index in batches(ids, 4096)]).mean(0))
    model.head.bias -= share * sum(means) / 2


if __name__ == "__main__":
    main()
