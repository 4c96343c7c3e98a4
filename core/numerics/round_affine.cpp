#include <array>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "numerics/array_work.h"
#include "numerics/rounding.h"

namespace mantissa {
namespace {

constexpr std::size_t kBlock = 1024;

bool isUsable(float scale) { return scale > 0 && std::isfinite(scale) && std::isfinite(1 / scale); }

MANTISSA_CLONES void toCodes(const float* in, float* codes, std::size_t count, float inverse, float zeroPoint) {
    for (std::size_t i = 0; i < count; ++i) codes[i] = in[i] * inverse + zeroPoint;
}

MANTISSA_CLONES void fromCodes(const float* in, const float* codes, float* out, std::size_t count, float scale,
                               float zeroPoint) {
    for (std::size_t i = 0; i < count; ++i) {
        const auto bits = std::bit_cast<std::uint32_t>(in[i]);
        const std::uint32_t isNan = 0u - static_cast<std::uint32_t>((bits & 0x7FFFFFFFu) > 0x7F800000u);
        const auto value = std::bit_cast<std::uint32_t>((codes[i] - zeroPoint) * scale);
        out[i] = std::bit_cast<float>((value & ~isNan) | (bits & isNan));
    }
}

}  // namespace

float roundAffine(const Format& f, float value, const Affine& affine, const RoundOptions& options) {
    if (std::isnan(value)) return value;
    const auto zeroPoint = static_cast<float>(affine.zeroPoint);
    const auto code =
        static_cast<float>(roundTo(f, static_cast<double>(value * (1 / affine.scale) + zeroPoint), options));
    return (code - zeroPoint) * affine.scale;
}

void roundArrayAffine(const Format& f, std::span<const float> in, std::span<float> out, const Affine& affine,
                      const RoundOptions& options) {
    if (in.size() != out.size() || f.kind != FormatKind::integer || !isUsable(affine.scale)) std::abort();
    const auto zeroPoint = static_cast<float>(affine.zeroPoint);
    const float inverse = 1 / affine.scale;
    inShares(in.size(), [&](std::size_t begin, std::size_t count) {
        std::array<float, kBlock> codes;
        for (const std::size_t end = begin + count; begin < end; begin += kBlock) {
            const std::size_t length = std::min(kBlock, end - begin);
            RoundOptions own = options;
            own.index += begin;
            toCodes(in.data() + begin, codes.data(), length, inverse, zeroPoint);
            roundArray(f, std::span(codes).first(length), std::span(codes).first(length), own);
            fromCodes(in.data() + begin, codes.data(), out.data() + begin, length, affine.scale, zeroPoint);
        }
    });
}

}  // namespace mantissa
