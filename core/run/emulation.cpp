#include "run/emulation.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "run/precision_plan.h"

namespace mantissa {
namespace {

/// x → s·round(x / s), ties to even, in a form that the compiler turns into vector code: adding 3·2^51 leaves no bit
/// below the unit. Agrees with roundTo as long as |x / s| < 2^51 and no code overflows, which holds where s = max |x| /
/// largest code.
void roundToMultiples(std::span<float> values, double scale) {
    constexpr double kUnit = 0x1.8p52;
    for (float& x : values) {
        const double code = (static_cast<double>(x) / scale + kUnit) - kUnit;
        const auto rounded = static_cast<float>(scale * code);
        x = std::isfinite(x) ? rounded : x;
    }
}

/// Symmetric integer quantisation with one scale: x → s·round(x / s), s = max |x| / largest code (Jacob et al. 2018,
/// eq. 1, zero point 0). Values that are not finite stay as they are.
void roundWithScale(std::span<float> values, const Format& format, RoundOptions options) {
    float largest = 0;
    for (const float x : values)
        if (std::isfinite(x)) largest = std::max(largest, std::abs(x));
    if (largest == 0) return;
    const double scale = static_cast<double>(largest) / limits(format).max;
    if (options.rounding == Rounding::nearestEven && format.signBits == 1) return roundToMultiples(values, scale);
    for (float& x : values) {
        if (std::isfinite(x)) x = static_cast<float>(scale * roundTo(format, static_cast<double>(x) / scale, options));
        ++options.index;
    }
}

void roundValues(std::span<float> values, const Format& format, const RoundOptions& rounding) {
    if (format.kind == FormatKind::integer)
        roundWithScale(values, format, rounding);
    else
        roundArray(format, values, values, rounding);
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

void roundActivation(at::Tensor& tensor, const Format& format, const RoundOptions& rounding) {
    if (holdsEveryFp32(format)) return;
    onValues(tensor, [&](std::span<float> values) { roundValues(values, format, rounding); });
}

void roundWeight(at::Tensor& tensor, const Format& format, const RoundOptions& rounding) {
    if (format.kind != FormatKind::integer) return roundActivation(tensor, format, rounding);
    if (tensor.dim() < 2) return;
    RoundOptions options = rounding;
    for (std::int64_t channel = 0; channel < tensor.size(0); ++channel) {
        at::Tensor row = tensor.select(0, channel);
        roundActivation(row, format, options);
        options.index += static_cast<std::uint64_t>(row.numel());
    }
}

std::int64_t weightScaleCount(const std::vector<std::int64_t>& shape, const Format& format) {
    return format.kind == FormatKind::integer && shape.size() >= 2 ? shape[0] : 0;
}

}  // namespace mantissa
