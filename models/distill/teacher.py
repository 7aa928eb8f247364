"""Step 3: teacher vectors and token states of corpus and dev texts, in shards; an interrupted run goes on where it stopped.

    python teacher.py [--shards 24]

For 4096 consecutive rows of corpus.tsv, WORK/teacher holds NNN.npy, f16 unit vectors [texts, 384], and
NNN.states.npy, f16 [tokens, 384], what the last layer makes of each of the student's tokens, text after text (about
50 MB a shard). The teacher sees `query: ` in front and the pruned vocabulary, so that its tokens are the student's; the
dev vectors come from its own vocabulary. Training may start as soon as the first shard is there.
"""
import argparse
import time

import numpy as np
import torch
import torch.nn.functional as F
from tokenizers import Tokenizer

from encoder import HIDDEN, batches, embed, from_teacher, mean, pad, tokenise
from paths import CORPUS, DEV_TEXTS, KEEP, TEACHER_SHARDS, TEACHER_TOKENIZER, TOKENIZER

SHARD = 4096


def prefix(tokenizer) -> list[int]:
    return tokenizer.encode("query: ").ids[1:-1]


@torch.no_grad()
def states_of(model, rows, before: list[int], tokens: int = 2048, upto: int | None = None):
    """Yields (index, mask, vectors, states): pooled vectors with the prefix, states of the student's tokens without."""
    shown = [row[:1] + before + row[1:] for row in rows]
    for index in batches(shown, tokens):
        ids, mask = pad(shown, index)
        hidden = model.hidden(ids, mask, upto)
        own = torch.cat([hidden[:, :1], hidden[:, 1 + len(before):]], 1)
        yield index, mask[:, len(before):], mean(hidden, mask), own


def write(model, tokenizer, texts, out) -> None:
    started = time.time()
    rows = tokenise(tokenizer, texts)
    starts = np.concatenate([[0], np.cumsum([len(r) for r in rows])])
    vectors = np.empty((len(rows), HIDDEN), np.float16)
    states = np.empty((starts[-1], HIDDEN), np.float16)
    for index, _, pooled, own in states_of(model, rows, prefix(tokenizer)):
        vectors[index] = F.normalize(pooled, dim=-1).numpy()
        for row, i in zip(own, index):
            states[starts[i]:starts[i + 1]] = row[: len(rows[i])].numpy()
    for path, values in ((out.with_suffix(".states.npy"), states), (out, vectors)):
        part = path.with_suffix(".part.npy")
        np.save(part, values)
        part.rename(path)
    print(f"{out.name}: {len(rows)} texts, {starts[-1]} tokens, {len(rows) / (time.time() - started):.0f} texts a second", flush=True)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--shards", type=int, default=10**6, help="stop when there are so many")
    options = arguments.parse_args()
    TEACHER_SHARDS.mkdir(parents=True, exist_ok=True)
    if not (TEACHER_SHARDS / "dev.npy").exists():
        dev = [line.rstrip("\n").split("\t")[2] for line in open(DEV_TEXTS, encoding="utf8")][:1000]
        full = tokenise(Tokenizer.from_file(str(TEACHER_TOKENIZER)), dev, "query: ", 512)
        np.save(TEACHER_SHARDS / "dev.npy", embed(from_teacher(), full).astype(np.float16))
    tokenizer, model = Tokenizer.from_file(str(TOKENIZER)), from_teacher(keep=np.load(KEEP))
    texts = [line.rstrip("\n").split("\t")[2] for line in open(CORPUS, encoding="utf8")]
    for number, start in enumerate(range(0, len(texts), SHARD)):
        out = TEACHER_SHARDS / f"{number:03}.npy"
        if number < options.shards and not out.exists():
            write(model, tokenizer, texts[start:start + SHARD], out)


if __name__ == "__main__":
    main()
