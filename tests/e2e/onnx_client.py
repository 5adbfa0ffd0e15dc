"""A user's own client of an exported model: Pillow, NumPy and onnxruntime, nothing of ours.

usage: onnx_client.py MODEL.onnx BATCHES
BATCHES is a folder that `batches` wrote: files.txt, and images.npy with what the trainer saw of these files.
Prints one line a file: {"file", "same_pixels", "class_id", "logits"}.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image

model, batches = Path(sys.argv[1]), Path(sys.argv[2])
mapping = json.loads((model.parent / "labels_mapping.json").read_text())
mean, std = (np.float32(mapping["normalization"][name]) for name in ("mean", "std"))
(resize,), (height, width) = mapping["preprocessing"]["resize"], mapping["preprocessing"]["center_crop"]
session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
seen = np.load(batches / "images.npy")


def pixels(path: str) -> np.ndarray:
    image = Image.open(path).convert("RGB")
    shorter = min(image.size)
    scaled = [resize if side == shorter else int(resize * side / shorter) for side in image.size]
    image = image.resize(scaled, Image.Resampling.BILINEAR)
    left, top = (round((side - crop) / 2) for side, crop in zip(image.size, (width, height)))
    return np.asarray(image.crop((left, top, left + width, top + height)))


for row, path in enumerate((batches / "files.txt").read_text().splitlines()):
    image = pixels(path)
    inputs = ((image.astype(np.float32) / 255 - mean) / std).transpose(2, 0, 1)[None]
    (logits,) = session.run(["logits"], {"input": inputs})
    answer = {
        "file": path,
        "same_pixels": bool((image == seen[row]).all()),
        "class_id": int(logits[0].argmax()),
        "logits": logits[0].tolist(),
    }
    print(json.dumps(answer))
