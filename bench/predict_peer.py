"""A client of an exported model with Pillow, NumPy and onnxruntime, as people write them: decode, resize, crop, normalise, run.

usage: predict_peer.py MODEL.onnx FOLDER_OR_FILE --batch-size N --seconds S
Prints {"images_per_second", "first_answer_s", "images"} as JSON; the first answer counts from the start of the process.
"""

import argparse
import json
import os
import time
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image


def process_age() -> float:
    ticks = int(Path("/proc/self/stat").read_text().rsplit(")", 1)[1].split()[19])
    return float(Path("/proc/uptime").read_text().split()[0]) - ticks / os.sysconf("SC_CLK_TCK")


parser = argparse.ArgumentParser()
parser.add_argument("model", type=Path)
parser.add_argument("folder", type=Path)
parser.add_argument("--batch-size", type=int, default=1)
parser.add_argument("--seconds", type=float, default=5)
options = parser.parse_args()

mapping = json.loads((options.model.parent / "labels_mapping.json").read_text())
mean, std = (np.float32(mapping["normalization"][name]) for name in ("mean", "std"))
(resize,), (height, width) = mapping["preprocessing"]["resize"], mapping["preprocessing"]["center_crop"]
names = mapping["idx_to_class"]
session = onnxruntime.InferenceSession(options.model, providers=["CPUExecutionProvider"])
found = [options.folder] if options.folder.is_file() else options.folder.rglob("*")
files = sorted(path for path in found if path.suffix.lower() in {".jpg", ".jpeg", ".png"})


def prepare(path: Path) -> np.ndarray:
    image = Image.open(path).convert("RGB")
    shorter = min(image.size)
    image = image.resize([round(side * resize / shorter) for side in image.size], Image.Resampling.BILINEAR)
    left, top = (image.width - width) // 2, (image.height - height) // 2
    pixels = np.asarray(image.crop((left, top, left + width, top + height)), dtype=np.float32) / 255
    return ((pixels - mean) / std).transpose(2, 0, 1)


def answer(paths: list[Path]) -> list[tuple[str, float]]:
    (logits,) = session.run(["logits"], {"input": np.stack([prepare(path) for path in paths])})
    shifted = np.exp(logits - logits.max(1, keepdims=True))
    shares = shifted / shifted.sum(1, keepdims=True)
    return [(names[str(best)], float(row[best])) for row, best in zip(shares, shares.argmax(1))]


answer(files[: options.batch_size])
first = process_age()
images, began = 0, time.perf_counter()
while time.perf_counter() - began < options.seconds:
    for start in range(0, len(files), options.batch_size):
        images += len(answer(files[start : start + options.batch_size]))
        if time.perf_counter() - began >= options.seconds:
            break
elapsed = time.perf_counter() - began
print(json.dumps({"images_per_second": images / elapsed, "first_answer_s": first, "images": images}))
