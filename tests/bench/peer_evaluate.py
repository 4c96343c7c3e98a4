"""The peer of `mantissa evaluate`: a folder of pictures through a DataLoader and an eager loop, as PyTorch's documentation suggests."""

import json
import os
import sys
import time

import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset
from transformers import AutoImageProcessor, AutoModelForImageClassification

BATCH = 32


class Pictures(Dataset):
    def __init__(self, folder, processor):
        self.paths = [os.path.join(folder, name) for name in sorted(os.listdir(folder))]
        self.processor = processor

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, index):
        picture = Image.open(self.paths[index]).convert("RGB")
        return self.processor(picture, return_tensors="pt")["pixel_values"][0]


def evaluate(model_folder, picture_folder):
    processor = AutoImageProcessor.from_pretrained(model_folder)
    reference = AutoModelForImageClassification.from_pretrained(model_folder).eval()
    candidate = AutoModelForImageClassification.from_pretrained(model_folder).eval().to(torch.bfloat16)
    start = time.perf_counter()
    loader = DataLoader(Pictures(picture_folder, processor), batch_size=BATCH, num_workers=os.cpu_count())
    pictures, agreeing, mean_abs, max_abs, sqnr, kl = 0, 0, 0.0, 0.0, 0.0, 0.0
    with torch.inference_mode():
        for batch in loader:
            r = reference(batch).logits.double()
            c = candidate(batch.to(torch.bfloat16)).logits.double()
            delta = (c - r).abs()
            pictures += len(batch)
            agreeing += (r.argmax(1) == c.argmax(1)).sum().item()
            mean_abs += delta.mean(1).sum().item()
            max_abs = max(max_abs, delta.max().item())
            sqnr += (20 * torch.log10(r.norm(dim=1) / (r - c).norm(dim=1))).sum().item()
            kl += (r.softmax(1) * (r.log_softmax(1) - c.log_softmax(1))).sum().item()
    result = {
        "pictures": pictures,
        "agreement": agreeing / pictures,
        "mean_abs": mean_abs / pictures,
        "max_abs": max_abs,
        "sqnr_db": sqnr / pictures,
        "kl": kl / pictures,
        "seconds": time.perf_counter() - start,
    }
    json.dump(result, sys.stdout)


if __name__ == "__main__":
    evaluate(sys.argv[1], sys.argv[2])
