"""Size against quality: rounding steps for one trained run, and shorter vectors.

    python study.py --run finish --steps 0:0 .35:.35 .5:.5 .5:.7 .7:.7 1:1

A row is STEP:WORDS_STEP (0: plain int8, one scale a row). `f32` is the run before any rounding. Wire is brotli of
model.onnx plus tokenizer.json at --quality. Scores: STS-B dev, Tatoeba (mean of both ways).
"""
import argparse
import tempfile
from pathlib import Path

import brotli
import onnx
import torch
from tokenizers import Tokenizer

import onnx_file
from encoder import Encoder, embed, tokenise
from evaluate import sts, tatoeba
from paths import HERE, RUNS, TOKENIZER


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--run", required=True)
    p.add_argument("--steps", nargs="*", default=["0:0", ".35:.35", ".5:.5", ".5:.7", ".7:.7", "1:1"])
    p.add_argument("--quality", type=int, default=9)
    p.add_argument("--sizes-only", action="store_true")
    o = p.parse_args()
    state = torch.load(RUNS / o.run / "last.pt", weights_only=False)
    tokenizer = Tokenizer.from_file(str(TOKENIZER))
    base = Encoder.of(state["average"])
    tokens = len(brotli.compress(TOKENIZER.read_bytes(), quality=o.quality, lgwin=24))
    lines = ["| weights | raw MB | wire MB | STS-B en | zh | @256 en | zh | @128 en | zh | Tatoeba | @256 |", "|" + "---|" * 11]
    for row in ["f32", *o.steps]:
        if row == "f32":
            model, raw = base, sum(w.numel() for w in base.parameters()) * 4
            wire = None
        else:
            step, words = map(float, row.split(":"))
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder) / "model.onnx"
                onnx.save(onnx_file.build(base, step, words), file)
                raw = file.stat().st_size
                wire = (len(brotli.compress(file.read_bytes(), quality=o.quality, lgwin=24)) + tokens) / 1e6
                model = onnx_file.read(file)
        scores = {}
        if not o.sizes_only:
            encode = lambda texts: embed(model, tokenise(tokenizer, texts))
            scores = {**sts(encode), **tatoeba(encode)}
            for suffix in ("", "@256"):
                scores["tatoeba" + suffix] = (scores["tatoeba_en_zh" + suffix] + scores["tatoeba_zh_en" + suffix]) / 2
        names = [f"sts_b_dev_{l}{d}" for d in ("", "@256", "@128") for l in ("en", "zh")] + ["tatoeba", "tatoeba@256"]
        cells = [row, f"{raw / 1e6:.1f}", f"{wire:.2f}" if wire else ""] + [f"{scores[n]:.4f}" if n in scores else "" for n in names]
        lines.append("| " + " | ".join(cells) + " |")
        print(lines[-1], flush=True)
    text = f"Made by `python study.py --run {o.run} --quality {o.quality}`; rows are step:words-step.\n\n" + "\n".join(lines) + "\n"
    (HERE / "study.md").write_text(text)


if __name__ == "__main__":
    main()
