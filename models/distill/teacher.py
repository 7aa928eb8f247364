"""Step 3: teacher vectors of corpus and dev texts, in shards; an interrupted run goes on where it stopped.

    python teacher.py

WORK/teacher/NNN.npy holds f16 unit vectors of 4096 consecutive rows of corpus.tsv, encoded as `query: ` texts.
Training may start as soon as the first shard is there.
"""
import time

import numpy as np
from tokenizers import Tokenizer

from encoder import embed, from_teacher, tokenise
from paths import CORPUS, DEV_TEXTS, TEACHER_SHARDS, TEACHER_TOKENIZER

SHARD = 4096


def main() -> None:
    TEACHER_SHARDS.mkdir(parents=True, exist_ok=True)
    tokenizer = Tokenizer.from_file(str(TEACHER_TOKENIZER))
    model = from_teacher()

    def encode(texts, out) -> None:
        started = time.time()
        vectors = embed(model, tokenise(tokenizer, texts, "query: ", 512))
        part = out.with_suffix(".part.npy")
        np.save(part, vectors.astype(np.float16))
        part.rename(out)
        print(f"{out.name}: {len(texts)} texts, {len(texts) / (time.time() - started):.0f} a second", flush=True)

    texts = [line.rstrip("\n").split("\t")[2] for line in open(CORPUS, encoding="utf8")]
    dev = [line.rstrip("\n").split("\t")[2] for line in open(DEV_TEXTS, encoding="utf8")][:1000]
    for number, start in enumerate(range(0, len(texts), SHARD)):
        out = TEACHER_SHARDS / f"{number:03}.npy"
        if not out.exists():
            encode(texts[start:start + SHARD], out)
        if number == 0 and not (TEACHER_SHARDS / "dev.npy").exists():
            encode(dev, TEACHER_SHARDS / "dev.npy")


if __name__ == "__main__":
    main()
