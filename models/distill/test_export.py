"""The exported file against the framework it was trained in: `python test_export.py` (also runs under pytest)."""
import hashlib
import json
import unittest

import numpy as np
from tokenizers import Tokenizer

import onnx_file
from encoder import embed, tokenise
from export import GOLDEN, Session, manifest
from paths import OUT

# Largest difference of a component of a unit vector, and least cosine: f32 sums in another order, nothing else.
TOLERANCE, COSINE = 2e-5, .99999


class ExportTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.session = Session(OUT)
        cls.model = onnx_file.read(OUT / "model.onnx")

    def test_onnxruntime_equals_torch(self):
        shown = self.session.encode(GOLDEN)
        trained = embed(self.model, self.session.ids(GOLDEN))
        self.assertLess(np.abs(shown - trained).max(), TOLERANCE)
        self.assertGreater((shown * trained).sum(1).min(), COSINE)

    def test_golden_file_is_of_this_model(self):
        golden = json.loads((OUT / "golden.json").read_text("utf8"))
        texts = [g["text"] for g in golden["texts"]]
        self.assertEqual([g["ids"] for g in golden["texts"]], self.session.ids(texts))
        vectors = np.array([g["vector"] for g in golden["texts"]])
        self.assertLess(np.abs(vectors - self.session.encode(texts)).max(), TOLERANCE)

    def test_manifest_names_the_files_as_they_are(self):
        stored = json.loads((OUT / "manifest.json").read_text())
        self.assertEqual(stored, manifest(OUT, stored["revision"]))
        for entry in stored["files"].values():
            self.assertEqual(entry["sha256"], hashlib.sha256((OUT / entry["name"]).read_bytes()).hexdigest())

    def test_padding_changes_nothing(self):
        alone = np.concatenate([self.session.encode([t]) for t in GOLDEN[:6]])
        self.assertLess(np.abs(alone - self.session.encode(GOLDEN[:6] + GOLDEN[-1:])[:6]).max(), TOLERANCE)

    def test_long_and_unknown_texts(self):
        tokenizer = Tokenizer.from_file(str(OUT / "tokenizer.json"))
        long = tokenise(tokenizer, ["电影 film " * 2000])[0]
        self.assertEqual((len(long), long[0], long[-1]), (256, 0, 2))
        vectors = self.session.encode(["电影 film " * 2000, "ꙮꙮꙮ", "\U0001f9ff\U00012345"])
        self.assertTrue(np.isfinite(vectors).all())


if __name__ == "__main__":
    unittest.main()
