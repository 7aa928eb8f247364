"""Where the recipe keeps its files. Everything under WORK can be made again; OUT is what ships."""
import os
from pathlib import Path

HERE = Path(__file__).resolve().parent
WORK = Path(os.environ.get("PREDILECT_WORK", HERE / "work"))
DATA = Path(os.environ.get("PREDILECT_DATA", HERE.parents[2] / "shared" / "data"))
OUT = HERE.parent / "predilect-encoder-small"

TEACHER_WEIGHTS = WORK / "e5_small.npz"
TEACHER_TOKENIZER = WORK / "e5_tokenizer_hf.json"
WORDNET = WORK / "wordnet"
CORPUS = WORK / "corpus.tsv"
PAIRS = WORK / "pairs.tsv"
DEV_TEXTS = WORK / "dev.tsv"
DEV_PAIRS = WORK / "dev_pairs.tsv"
TOKENIZER = WORK / "tokenizer.json"
KEEP = WORK / "keep.npy"
TEACHER_SHARDS = WORK / "teacher"
RUNS = WORK / "runs"
SPACE = HERE / "space.npy"
