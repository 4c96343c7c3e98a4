"""Whether transformers loads a Hugging Face folder and gives it the FP32 logits that Mantissa gives it.

Not part of the test suite, because it needs Python with PyTorch and transformers:

    python3 -m venv /tmp/peer && /tmp/peer/bin/pip install torch==2.13.0 transformers safetensors
    /tmp/peer/bin/python tests/optional/transformers_logits.py build/release/mantissa models/mobilevit-xxs-cifar10

Both run the same made-up inputs on the same number of threads. Exit code 0 where no logit differs by more than two units in
the last place of the largest one.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy
import torch
from safetensors.torch import save_file
from transformers import AutoConfig, AutoModelForImageClassification

INPUTS = 16
ULPS = 2


def mantissa_logits(program, folder, tensor_file, index, threads):
    command = [program, "compare", "--model", folder, "--input", f"{tensor_file}:pixel_values[{index}]", "--formats", "fp32",
               "--runs", "0", "--threads", str(threads), "--json", "-"]
    report = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return numpy.array(report["runs"][0]["logits"], dtype=numpy.float32)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("folder")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()

    torch.set_num_threads(arguments.threads)
    size = AutoConfig.from_pretrained(arguments.folder).image_size
    model = AutoModelForImageClassification.from_pretrained(arguments.folder).eval()
    pixels = torch.rand(INPUTS, 3, size, size, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        # One at a time, as Mantissa runs them: the order of sums in a batch may be another.
        expected = numpy.stack([model(pixel_values=one[None]).logits[0].numpy() for one in pixels])

    worst = 0.0
    with tempfile.TemporaryDirectory() as folder:
        tensor_file = str(pathlib.Path(folder) / "inputs.safetensors")
        save_file({"pixel_values": pixels}, tensor_file)
        for index in range(INPUTS):
            got = mantissa_logits(arguments.program, arguments.folder, tensor_file, index, arguments.threads)
            ulp = numpy.spacing(numpy.abs(expected[index]).max())
            worst = max(worst, float(numpy.abs(got - expected[index]).max() / ulp))
    print(f"{INPUTS} inputs, {expected.shape[1]} logits each: at most {worst:g} ULP of the largest logit apart")
    sys.exit(0 if worst <= ULPS else 1)


if __name__ == "__main__":
    main()
