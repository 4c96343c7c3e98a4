#include "run/precision_plan.h"

namespace mantissa {

bool isAtOrBelow(std::string_view path, std::string_view module) {
    return path.starts_with(module) && (path.size() == module.size() || path[module.size()] == '.');
}

const Format& formatFor(const PrecisionPlan& plan, std::string_view path) {
    const LayerFormat* closest = nullptr;
    for (const auto& candidate : plan.overrides)
        if (isAtOrBelow(path, candidate.layer) && (!closest || candidate.layer.size() > closest->layer.size()))
            closest = &candidate;
    return closest ? closest->format : plan.format;
}

ScaleGrain weightGrain(const Format& format, std::size_t dimensions, ScaleGrain grain) {
    if (format.blockSize > 0 || holdsEveryFp32(format)) return ScaleGrain::none;
    if (format.kind == FormatKind::integer) {
        // Biases and normalisation parameters stay FP32, as integer kernels keep them.
        if (dimensions < 2) return ScaleGrain::none;
        return grain == ScaleGrain::tensor ? ScaleGrain::tensor : ScaleGrain::channel;
    }
    if (grain == ScaleGrain::usual || grain == ScaleGrain::none) return ScaleGrain::none;
    return dimensions < 2 ? ScaleGrain::tensor : grain;
}

bool scalesActivations(const Format& format, ScaleGrain grain) {
    if (format.blockSize > 0 || holdsEveryFp32(format)) return false;
    return format.kind == FormatKind::integer || grain == ScaleGrain::tensor || grain == ScaleGrain::channel;
}

bool holdsEveryFp32(const Format& format) {
    return format.kind == FormatKind::floating && format.signBits == 1 && format.exponentBits >= 8 &&
           format.fractionBits >= 23;
}

}  // namespace mantissa
