"""The training curve of runs as a picture: `python curve.py main finish` writes curve.svg."""
import json
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

from paths import HERE, RUNS

LINES = {"cosine": "cosine with the teacher", "similarity_correlation": "similarity correlation", "top10": "top-10 overlap",
         "tatoeba_en_zh": "held-out Tatoeba, en to zh", "cedict_en_zh": "held-out CC-CEDICT, en to zh"}


def main() -> None:
    rows, before = [], 0
    for name in sys.argv[1:]:
        run = [json.loads(line) for line in open(RUNS / name / "curve.jsonl")]
        # A resumed run goes on counting texts; a run started from another one counts from zero.
        offset = before if rows and run[0]["seen"] < before else 0
        rows += [(r["seen"] + offset, r["dev"]) for r in run]
        before = rows[-1][0]
    figure, axes = plt.subplots(figsize=(7, 4))
    for key, label in LINES.items():
        points = [(seen / 1000, dev[key]) for seen, dev in rows if key in dev]
        axes.plot(*zip(*points), marker=".", label=label)
    axes.set(xlabel="thousand texts seen", ylabel="dev score", ylim=(0, 1))
    axes.grid(alpha=.3)
    axes.legend(fontsize=8, loc="lower right")
    figure.tight_layout()
    figure.savefig(HERE / "curve.svg")


if __name__ == "__main__":
    main()
