"""The shipped encoder in the forms that onnxruntime is fastest with.

`python variants.py MODEL.onnx FOLDER` (packages: onnx, onnxruntime) writes to FOLDER, all with the inputs and the output
of the shipped file:

- `fp32.onnx`: the integer weights written out as f32;
- `fused.onnx`: the same after onnxruntime's own transformer optimiser (attention, layer norm with residual, GELU);
- `int8.onnx`, `int8_channel.onnx`: `fp32.onnx` through onnxruntime's dynamic quantisation, one scale for a matrix and one
  for a column;
- `int8_fused.onnx`: `fused.onnx` through the same.
"""

import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.transformers import optimizer
from onnxruntime.transformers.fusion_options import FusionOptions


def written_out(model: onnx.ModelProto) -> onnx.ModelProto:
    """Weights that the graph scales itself as f32 initializers, and the row-wise table as one Gather."""
    graph = model.graph
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    makers = {output: node for node in graph.node for output in node.output}
    dense, dropped = {}, set()
    for node in graph.node:
        if node.op_type == "DequantizeLinear" and node.input[0] in stored:
            axis = next((a.i for a in node.attribute if a.name == "axis"), 1)
            values, scale = stored[node.input[0]].astype(np.float32), stored[node.input[1]].astype(np.float32)
            shape = [1] * values.ndim
            if scale.ndim:
                shape[axis] = -1
            dense[node.output[0]] = values * scale.reshape(shape)
            dropped.add(node.output[0])
        # Gather of int8 rows, a cast, and a gathered scale.
        if node.op_type == "Mul" and {makers.get(i).op_type if i in makers else "" for i in node.input} == {"Cast", "Gather"}:
            cast = makers[next(i for i in node.input if makers[i].op_type == "Cast")]
            scales = makers[next(i for i in node.input if makers[i].op_type == "Gather")]
            rows = makers[cast.input[0]]
            name = f"{rows.input[0]}.dense"
            dense[name] = stored[rows.input[0]].astype(np.float32) * stored[scales.input[0]].astype(np.float32)
            dropped |= {cast.output[0], scales.output[0], rows.output[0]}
            node.CopyFrom(helper.make_node("Gather", [name, rows.input[1]], list(node.output), axis=0))
    nodes = [node for node in graph.node if node.output[0] not in dropped]
    used = {name for node in nodes for name in node.input}
    tensors = [tensor for tensor in graph.initializer if tensor.name in used]
    tensors += [numpy_helper.from_array(value, name) for name, value in dense.items() if name in used]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(nodes)
    graph.initializer.extend(tensors)
    onnx.checker.check_model(model)
    return model


def main(source: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    plain, fused = folder / "fp32.onnx", folder / "fused.onnx"
    onnx.save(written_out(onnx.load(source)), plain)
    options = FusionOptions("bert")
    shape = next(numpy_helper.to_array(t) for t in onnx.load(plain).graph.initializer if t.name == "heads")
    heads, width = (int(n) for n in shape[-2:])
    fusion = optimizer.optimize_model(
        str(plain), "bert", num_heads=heads, hidden_size=heads * width, opt_level=0, optimization_options=options
    )
    fusion.save_model_to_file(str(fused))
    print({name: count for name, count in fusion.get_fused_operator_statistics().items() if count})
    quantize_dynamic(plain, folder / "int8.onnx", weight_type=QuantType.QInt8)
    quantize_dynamic(plain, folder / "int8_channel.onnx", weight_type=QuantType.QInt8, per_channel=True)
    # Shape inference does not know onnxruntime's own operators.
    types = {"DefaultTensorType": onnx.TensorProto.FLOAT}
    quantize_dynamic(fused, folder / "int8_fused.onnx", weight_type=QuantType.QInt8, extra_options=types)
    for file in sorted(folder.glob("*.onnx")):
        print(f"{file.name}: {file.stat().st_size:,} bytes")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
