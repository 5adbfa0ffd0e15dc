"""Checks exported models against what the engine says of them: check_export.py FOLDER.

FOLDER holds cases.json (one row a case: file, architecture, classes, shape of the inputs, whether norms are folded),
<file>.inputs.f32 and <file>.logits.f32 (raw little-endian), and for each image model <file minus .onnx>.uint8.onnx.
"""
import json
import pathlib
import sys

import numpy
import onnx
import onnxruntime
import torch
import torchvision

folder = pathlib.Path(sys.argv[1])
for case in json.loads((folder / "cases.json").read_text()):
    path = folder / case["file"]
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    inputs = numpy.fromfile(f"{path}.inputs.f32", "<f4").reshape(case["shape"])
    logits = numpy.fromfile(f"{path}.logits.f32", "<f4").reshape(-1, case["classes"])
    assert len(inputs) == len(logits) > 0
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    found = session.run(["logits"], {"input": inputs})[0]
    scale = numpy.abs(logits).max()
    error = numpy.abs(found - logits).max() / scale
    assert error <= 1e-4 and (found.argmax(1) == logits.argmax(1)).all(), (case, error)

    names = session.get_modelmeta().custom_metadata_map
    assert json.loads(names["labels"]) == [f"class {i}" for i in range(case["classes"])], names
    assert names["run"] == "a test", names

    if not case["folded"]:
        # Under torchvision's names: its own network, filled from the file, answers alike.
        network = getattr(torchvision.models, case["architecture"])(num_classes=case["classes"])
        state = {tensor.name: torch.from_numpy(onnx.numpy_helper.to_array(tensor).copy()) for tensor in model.graph.initializer}
        missing, unexpected = network.load_state_dict(state, strict=False)
        assert not unexpected and all(name.endswith("num_batches_tracked") for name in missing), (missing, unexpected)
        with torch.no_grad():
            expected = network.eval()(torch.from_numpy(inputs)).numpy()
        assert numpy.abs(expected - logits).max() <= 1e-4 * scale, case

    image_path = path.with_suffix(".uint8.onnx")
    if image_path.exists():
        onnx.checker.check_model(onnx.load(image_path), full_check=True)
        session = onnxruntime.InferenceSession(image_path, providers=["CPUExecutionProvider"])
        size = case["shape"][2]
        picture = numpy.random.default_rng(3).integers(0, 256, (2, size, size, 3), dtype=numpy.uint8)
        mean, std = numpy.array([[0.4, 0.5, 0.6], [0.2, 0.25, 0.3]], dtype=numpy.float32)
        prepared = ((picture / numpy.float32(255) - mean) / std).transpose(0, 3, 1, 2)
        probabilities, found = session.run(["probabilities", "logits"], {"images": picture})
        expected = onnxruntime.InferenceSession(path).run(None, {"input": prepared})[0]
        assert numpy.abs(found - expected).max() <= 1e-4 * numpy.abs(expected).max(), case
        assert numpy.abs(probabilities.sum(1) - 1).max() < 1e-5, case
    print(f"{case['file']}: off by {error:.2e} of the largest logit")
