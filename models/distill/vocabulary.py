"""Step 2: count pieces in the training text and prune the teacher's vocabulary.

    python vocabulary.py --size 24000
    python vocabulary.py --like ../predilect-encoder-small/tokenizer.json   # the committed pieces, to go on from its model

Kept whatever their count: special tokens, every single Han character, kana, Latin with diacritics, general punctuation
and full-width forms, so that few texts fall to <unk>. The rest by frequency, English and Chinese weighing the same.
"""
import argparse
import json
import shutil
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from paths import CORPUS, KEEP, TEACHER_TOKENIZER, TOKENIZER

FORCED = ((0x20, 0x250), (0x2000, 0x2100), (0x3000, 0x3100), (0x4E00, 0xA000), (0xFF00, 0xFFF0))


def forced(piece: str) -> bool:
    return piece == "▁" or (len(piece) == 1 and any(low <= ord(piece) < high for low, high in FORCED))


def like(tokenizer: Path) -> None:
    """Which of the teacher's pieces the pieces of `tokenizer` are."""
    own, full = (json.loads(path.read_text("utf8"))["model"]["vocab"] for path in (tokenizer, TEACHER_TOKENIZER))
    place = {piece: i for i, (piece, _) in enumerate(full)}
    keep = np.array([place[piece] for piece, _ in own])
    shutil.copy(tokenizer, TOKENIZER)
    np.save(KEEP, keep)
    print(f"{len(keep)} pieces, as in {tokenizer}")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--size", type=int, default=24000)
    arguments.add_argument("--like", type=Path, help="take the pieces of this tokenizer.json instead of counting")
    options = arguments.parse_args()
    if options.like:
        return like(options.like)
    full = Tokenizer.from_file(str(TEACHER_TOKENIZER))
    form = json.loads(TEACHER_TOKENIZER.read_text("utf8"))
    pieces = form["model"]["vocab"]
    counts = {"en": np.zeros(len(pieces)), "zh": np.zeros(len(pieces))}
    rows = [line.rstrip("\n").split("\t") for line in open(CORPUS, encoding="utf8")]
    for lang, count in counts.items():
        texts = [r[2] for r in rows if r[1] == lang]
        for at in range(0, len(texts), 8192):
            for encoding in full.encode_batch_fast(texts[at:at + 8192]):
                np.add.at(count, encoding.ids[1:-1], 1)
    share = sum(c / c.sum() for c in counts.values())

    must = {0, 1, 2, 3} | {i for i, (p, _) in enumerate(pieces) if forced(p)}
    must = {i for i in must if pieces[i][0] != "<mask>"}
    rest = [int(i) for i in np.argsort(-share) if i not in must and share[i] > 0 and i < len(pieces) - 1]
    keep = np.array(sorted(must | set(rest[: max(0, options.size - len(must))])))
    form["model"]["vocab"] = [[pieces[i][0], round(pieces[i][1], 3)] for i in keep]
    form["added_tokens"] = [t for t in form["added_tokens"] if t["id"] < 4]
    TOKENIZER.write_text(json.dumps(form, ensure_ascii=False, separators=(",", ":")), "utf8")
    np.save(KEEP, keep)

    pruned = Tokenizer.from_file(str(TOKENIZER))
    sample = [r[2] for r in rows[:20000]]
    same = sum(keep[a.ids].tolist() == b.ids for a, b in zip(pruned.encode_batch_fast(sample), full.encode_batch_fast(sample)))
    lost = {lang: round(float(1 - c[keep].sum() / c.sum()), 5) for lang, c in counts.items()}
    print(f"{len(keep)} pieces, {len(must)} forced; share of pieces lost {lost}; {same} of {len(sample)} texts cut the same")


if __name__ == "__main__":
    main()
