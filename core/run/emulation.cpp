#include "run/emulation.h"

#include <algorithm>
#include <cmath>
#include <span>

namespace mantissa {
namespace {

/// Symmetric integer quantisation with one scale: x → s·round(x / s), s = max |x| / largest code (Jacob et al. 2018, eq. 1, zero
/// point 0). Values that are not finite stay as they are.
void roundWithScale(std::span<float> values, const PrecisionPlan& plan) {
    float largest = 0;
    for (const float x : values)
        if (std::isfinite(x)) largest = std::max(largest, std::abs(x));
    if (largest == 0) return;
    const double scale = static_cast<double>(largest) / limits(plan.format).max;
    RoundOptions options = plan.rounding;
    for (float& x : values) {
        if (std::isfinite(x)) x = static_cast<float>(scale * roundTo(plan.format, static_cast<double>(x) / scale, options));
        ++options.index;
    }
}

void roundValues(std::span<float> values, const PrecisionPlan& plan) {
    if (plan.format.kind == FormatKind::integer)
        roundWithScale(values, plan);
    else
        roundArray(plan.format, values, values, plan.rounding);
}

/// The elements of a tensor as one array. Copied out and back where the tensor does not fill a range of its storage.
template <class Function>
void onValues(at::Tensor& tensor, Function function) {
    const auto range = [](const at::Tensor& t) {
        return std::span<float>(static_cast<float*>(t.mutable_data_ptr()), static_cast<std::size_t>(t.numel()));
    };
    if (tensor.is_non_overlapping_and_dense()) {
        function(range(tensor));
    } else {
        at::Tensor packed = tensor.contiguous();
        function(range(packed));
        tensor.copy_(packed);
    }
}

}  // namespace

void roundActivation(at::Tensor& tensor, const PrecisionPlan& plan) {
    onValues(tensor, [&](std::span<float> values) { roundValues(values, plan); });
}

void roundWeight(at::Tensor& tensor, const PrecisionPlan& plan) {
    if (plan.format.kind != FormatKind::integer) return roundActivation(tensor, plan);
    if (tensor.dim() < 2) return;
    for (std::int64_t channel = 0; channel < tensor.size(0); ++channel) {
        at::Tensor row = tensor.select(0, channel);
        roundActivation(row, plan);
    }
}

std::int64_t weightScaleCount(const std::vector<std::int64_t>& shape, const Format& format) {
    return format.kind == FormatKind::integer && shape.size() >= 2 ? shape[0] : 0;
}

}  // namespace mantissa
