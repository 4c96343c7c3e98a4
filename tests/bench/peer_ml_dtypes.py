"""Seconds that NumPy with ml_dtypes takes to cast float32 to each format, as JSON by Mantissa's names.

    peer_ml_dtypes.py COUNT
"""

import json
import os
import statistics
import sys
import time

import ml_dtypes
import numpy

DTYPES = {
    "bf16": ml_dtypes.bfloat16,
    "fp16": numpy.float16,
    "e4m3": ml_dtypes.float8_e4m3fn,
    "e5m2": ml_dtypes.float8_e5m2,
    "e4m3fnuz": ml_dtypes.float8_e4m3fnuz,
    "e5m2fnuz": ml_dtypes.float8_e5m2fnuz,
    "e4m3b11fnuz": ml_dtypes.float8_e4m3b11fnuz,
    "e8m0": ml_dtypes.float8_e8m0fnu,
    "e3m2": ml_dtypes.float6_e3m2fn,
    "e2m3": ml_dtypes.float6_e2m3fn,
    "e2m1": ml_dtypes.float4_e2m1fn,
}
REPEATS = 3


def seconds(values, out):
    start = time.perf_counter()
    numpy.copyto(out, values, casting="unsafe")
    return time.perf_counter() - start


def main():
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    count = int(sys.argv[1])
    values = numpy.resize(numpy.random.default_rng(1).standard_normal(1 << 20, dtype=numpy.float32), count)
    times = {}
    for name, dtype in DTYPES.items():
        out = numpy.zeros(count, dtype)
        times[name] = statistics.median(seconds(values, out) for _ in range(REPEATS))
    json.dump(times, sys.stdout)


if __name__ == "__main__":
    main()
