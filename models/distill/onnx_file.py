"""The student as an ONNX file, and back.

Linear weights are int8 `[in, out]` with one scale an output column, through DequantizeLinear; word vectors are int8
rows with one scale a row, gathered before they are scaled, so that a runtime never expands the whole table. Values
stay in a small range (the step is a share of the row's root mean square), which is what makes the file compress.
"""
import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from encoder import EPS, HEAD_STEP, HEADS, HIDDEN, Encoder

OPSET = 17
SIZE = HIDDEN // HEADS


def half(values: np.ndarray) -> np.ndarray:
    """f32 that f16 can hold: the empty mantissa bytes compress away."""
    return values.astype(np.float16).astype(np.float32)


def quantise(weight: np.ndarray, step: float) -> tuple[np.ndarray, np.ndarray]:
    """Rows [out, in] -> int8 of the same shape and f32 scales [out]. `step` 0: the finest scale without clipping."""
    if step:
        scale = np.sqrt(np.mean(weight.astype(np.float64) ** 2, 1)) * step
    else:
        scale = np.abs(weight).max(1) / 127
    scale = half(scale.astype(np.float32))
    scale = np.where(scale < 1e-7, np.float32(1e-7), scale)  # a row of zeros still needs a scale
    return np.clip(np.round(weight / scale[:, None]), -127, 127).astype(np.int8), scale


class Graph:
    def __init__(self):
        self.nodes, self.constants = [], []

    def constant(self, name: str, values) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def add(self, kind: str, inputs, output: str, **attributes) -> str:
        self.nodes.append(helper.make_node(kind, list(inputs), [output], name=output, **attributes))
        return output

    def linear(self, x: str, name: str, weight: np.ndarray, bias: np.ndarray, step: float, factor: float = 1.0) -> str:
        ints, scale = quantise(weight, step)
        self.constant(f"{name}.weight", ints.T)
        self.constant(f"{name}.scale", scale * np.float32(factor))
        self.constant(f"{name}.bias", half(bias) * np.float32(factor))
        dense = self.add("DequantizeLinear", [f"{name}.weight", f"{name}.scale"], f"{name}.dense", axis=1)
        return self.add("Add", [self.add("MatMul", [x, dense], f"{name}.matmul"), f"{name}.bias"], name)

    def layer_norm(self, x: str, name: str, weight: np.ndarray, bias: np.ndarray) -> str:
        parts = [x, self.constant(f"{name}.weight", half(weight)), self.constant(f"{name}.bias", half(bias))]
        return self.add("LayerNormalization", parts, name, axis=-1, epsilon=EPS)


def build(model: Encoder, step: float, words_step: float) -> onnx.ModelProto:
    state = {k: v.detach().float().numpy() for k, v in model.state_dict().items()}
    g = Graph()
    table, scale = quantise(state["words.weight"], words_step)
    g.constant("words.weight", table)
    g.constant("words.scale", scale[:, None])
    places, place_scale = quantise(state["positions"], 0)
    g.constant("positions.weight", places)
    g.constant("positions.scale", place_scale)
    for name, value in (("one", 1), ("two", 2), ("zero", 0)):
        g.constant(name, np.array([value], np.int64))
    g.constant("heads", np.array([0, 0, HEADS, SIZE], np.int64))
    g.constant("joined", np.array([0, 0, HIDDEN], np.int64))
    g.constant("mask_axes", np.array([1, 2], np.int64))
    g.constant("one_f32", np.float32(1))
    g.constant("mask_weight", np.float32(1e4))
    g.constant("root_half", np.float32(np.sqrt(.5)))
    g.constant("half", np.float32(.5))

    rows = g.add("Gather", ["words.weight", "input_ids"], "words.rows", axis=0)
    rows = g.add("Cast", [rows], "words.rows_f32", to=TensorProto.FLOAT)
    words = g.add("Mul", [rows, g.add("Gather", ["words.scale", "input_ids"], "words.row_scale", axis=0)], "words")
    shape = g.add("Shape", ["input_ids"], "shape")
    length = g.add("Slice", [shape, "one", "two", "zero"], "length")
    places = g.add("DequantizeLinear", ["positions.weight", "positions.scale"], "positions.dense", axis=0)
    places = g.add("Slice", [places, "zero", length, "zero"], "positions")
    x = g.layer_norm(g.add("Add", [words, places], "embedded"), "norm", state["norm.weight"], state["norm.bias"])

    mask = g.add("Cast", ["attention_mask"], "mask_f32", to=TensorProto.FLOAT)
    mask = g.add("Mul", [g.add("Sub", [mask, "one_f32"], "mask_minus_one"), "mask_weight"], "mask_bias")
    mask = g.add("Unsqueeze", [mask, "mask_axes"], "mask")

    for index in range(len(model.layers)):
        at = f"layers.{index}."
        dense = lambda part, x, factor=1.0: g.linear(
            x, at + part, state[f"{at}{part}.weight"], state[f"{at}{part}.bias"], step, factor)
        norm = lambda part, x: g.layer_norm(x, at + part, state[f"{at}{part}.weight"], state[f"{at}{part}.bias"])

        def split(part: str, order, factor: float = 1.0) -> str:
            cut = g.add("Reshape", [dense(part, x, factor), "heads"], f"{at}{part}.cut")
            return g.add("Transpose", [cut], f"{at}{part}.heads", perm=order)

        if str(index) in model.bridges:
            bridge = f"bridges.{index}"
            x = g.linear(x, bridge, state[f"{bridge}.weight"], state[f"{bridge}.bias"], step)
        # The attention's 1/sqrt(size) is folded into the query's scale and bias.
        q, k, v = split("q", [0, 2, 1, 3], SIZE ** -.5), split("k", [0, 2, 3, 1]), split("v", [0, 2, 1, 3])
        scores = g.add("Add", [g.add("MatMul", [q, k], at + "scores"), mask], at + "masked")
        mixed = g.add("MatMul", [g.add("Softmax", [scores], at + "attention", axis=-1), v], at + "mixed")
        mixed = g.add("Transpose", [mixed], at + "back", perm=[0, 2, 1, 3])
        mixed = g.add("Reshape", [mixed, "joined"], at + "joined")
        x = norm("norm1", g.add("Add", [x, dense("o", mixed)], at + "residual1"))
        up = dense("up", x)
        erf = g.add("Erf", [g.add("Mul", [up, "root_half"], at + "erf_in")], at + "erf")
        gate = g.add("Mul", [g.add("Add", [erf, "one_f32"], at + "erf_plus"), "half"], at + "gate")
        down = dense("down", g.add("Mul", [up, gate], at + "gelu"))
        x = norm("norm2", g.add("Add", [x, down], at + "residual2"))
    g.linear(x, "last_hidden_state", state["head.weight"], state["head.bias"], min(step, HEAD_STEP))

    axes = ["batch", "sequence"]
    graph = helper.make_graph(
        g.nodes, "predilect-encoder",
        [helper.make_tensor_value_info(n, TensorProto.INT64, axes) for n in ("input_ids", "attention_mask")],
        [helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, axes + [HIDDEN])], g.constants)
    proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="predilect")
    proto.ir_version = 8
    for name, value in (("step", step), ("words_step", words_step)):
        entry = proto.metadata_props.add()
        entry.key, entry.value = name, str(value)
    onnx.checker.check_model(proto)
    return proto


def read(path) -> Encoder:
    """The torch model that an exported file holds (its weights are the rounded ones)."""
    values = {c.name: numpy_helper.to_array(c) for c in onnx.load(path).graph.initializer}
    layers = 1 + max(int(n.split(".")[1]) for n in values if n.startswith("layers."))
    bridges = sorted({int(n.split(".")[1]) for n in values if n.startswith("bridges.")})
    model = Encoder(len(values["words.weight"]), layers, len(values["positions.weight"]), bridges=bridges)
    with torch.no_grad():
        for name, target in model.state_dict().items():
            module, _, part = name.rpartition(".")
            stored = {"head": "last_hidden_state"}.get(module, module)
            if name == "positions":
                value = values["positions.weight"] * values["positions.scale"][:, None].astype(np.float32)
            elif name == "words.weight":
                value = values["words.weight"] * values["words.scale"].astype(np.float32)
            elif f"{stored}.scale" in values:
                factor = SIZE ** .5 if module.endswith(".q") else 1.0
                value = values[f"{stored}.{part}"].astype(np.float32)
                value = (value * values[f"{stored}.scale"]).T if part == "weight" else value
                value = value * factor
            else:
                value = values[name]
            target.copy_(torch.from_numpy(np.array(value, np.float32)))
    return model
