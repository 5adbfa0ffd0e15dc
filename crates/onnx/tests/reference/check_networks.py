"""Checks every <name>.<rest>.onnx of a folder against PyTorch's logits: check_networks.py FOLDER COUNT."""
import pathlib
import sys

import numpy
import onnx
import onnxruntime
from safetensors.numpy import load_file

folder = pathlib.Path(sys.argv[1])
paths = sorted(folder.glob("*.onnx"))
assert len(paths) == int(sys.argv[2]), f"{len(paths)} models"
worst = 0.0
for path in paths:
    name = path.name.split(".")[0]
    _, opset, norms, _ = path.name.split(".")
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    assert model.opset_import[0].version == int(opset.removeprefix("opset"))
    # The versions that the ONNX project pairs.
    assert model.ir_version == onnx.helper.find_min_ir_version_for(model.opset_import), path.name
    kinds = [node.op_type for node in model.graph.node]
    assert ("BatchNormalization" in kinds) == (norms == "norms"), (path.name, set(kinds))

    # Under the names of torchvision's state dict, and with its values where nothing was folded.
    state = load_file(folder / f"{name}.safetensors")
    for tensor in model.graph.initializer:
        if norms == "norms" or tensor.name.startswith("fc."):
            assert numpy.array_equal(onnx.numpy_helper.to_array(tensor), state[tensor.name]), tensor.name
        else:
            assert tensor.name.removesuffix(".bias") + ".weight" in state or tensor.name in state, tensor.name

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    images = numpy.load(folder / f"{name}.input.npy")
    expected = numpy.load(folder / f"{name}.logits.npy")
    (one,), (out,) = session.get_inputs(), session.get_outputs()
    assert (one.name, one.type, one.shape[1]) == ("input", "tensor(float)", 3), one
    assert one.shape[0] == "N" and out.shape == ["N", expected.shape[1]], (one.shape, out.shape)
    assert (out.name, out.type) == ("logits", "tensor(float)"), out
    scale = numpy.abs(expected).max()
    for batch in (1, 5):
        logits = session.run(["logits"], {"input": images[:batch]})[0]
        error = numpy.abs(logits - expected[:batch]).max() / scale
        assert error <= 1e-4, f"{path.name}, batch {batch}: {error} of {scale}"
        assert (logits.argmax(1) == expected[:batch].argmax(1)).all(), path.name
        worst = max(worst, error)
print(f"{len(paths)} models, worst difference {worst:.2e} of the largest logit")
