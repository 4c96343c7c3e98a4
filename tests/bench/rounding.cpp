#include "numerics/rounding.h"

#include "bench.h"
#include "float_arrays.h"
#include "numerics/affine.h"
#include "numerics/block_array.h"

namespace mantissa::bench {
namespace {

Outcome roundEveryFormat() {
    FloatArrays arrays;
    Outcome outcome;
    const auto add = [&](const std::vector<Figure>& figures) {
        outcome.figures.insert(outcome.figures.end(), figures.begin(), figures.end());
    };
    for (const Format& f : formatsToMeasure())
        add(inEveryMode(arrays, "round " + f.name,
                        [&](const RoundOptions& options) { roundArray(f, arrays.in, arrays.out, options); }));
    for (const Format& f : scaledFormats())
        add(inEveryMode(arrays, "round " + f.name, [&](const RoundOptions& options) {
            if (f.scaling == Scaling::affine)
                roundArrayAffine(f, arrays.in, arrays.out, {.scale = 0.04f, .zeroPoint = 3}, options);
            else
                roundBlocks(f, arrays.in, arrays.out, kFloatCount, options);
        }));
    return outcome;
}

}  // namespace

Benchmark roundingSpeed() {
    return {"rounding", "rounds 32 Mi floats to each format on one core, beside copying them", roundEveryFormat};
}

}  // namespace mantissa::bench
