#include "run/precision_plan.h"

namespace mantissa {
namespace {

bool isAtOrBelow(std::string_view path, std::string_view module) {
    return path.starts_with(module) && (path.size() == module.size() || path[module.size()] == '.');
}

}  // namespace

const Format& formatFor(const PrecisionPlan& plan, std::string_view path) {
    const LayerFormat* closest = nullptr;
    for (const auto& candidate : plan.overrides)
        if (isAtOrBelow(path, candidate.layer) && (!closest || candidate.layer.size() > closest->layer.size()))
            closest = &candidate;
    return closest ? closest->format : plan.format;
}

bool holdsEveryFp32(const Format& format) {
    return format.kind == FormatKind::floating && format.signBits == 1 && format.exponentBits >= 8 &&
           format.fractionBits >= 23;
}

}  // namespace mantissa
