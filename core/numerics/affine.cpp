#include "numerics/affine.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "numerics/array_kernels.h"
#include "numerics/array_work.h"
#include "numerics/code_array.h"

namespace mantissa {
namespace {

constexpr std::size_t kBlock = 1024;

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

/// As toCodes, and NaN is where 0 lies.
MANTISSA_CLONES void toCodesWithoutNan(const float* in, float* codes, std::size_t count, float inverse,
                                       float zeroPoint) {
    for (std::size_t i = 0; i < count; ++i) {
        const float code = in[i] * inverse + zeroPoint;
        codes[i] = code == code ? code : zeroPoint;
    }
}

MANTISSA_CLONES void scaleCodes(float* values, std::size_t count, float scale, float zeroPoint) {
    for (std::size_t i = 0; i < count; ++i) values[i] = (values[i] - zeroPoint) * scale;
}

void check(const Format& f, const Affine& affine) {
    if (f.kind != FormatKind::integer || !isUsableScale(affine.scale)) std::abort();
}

/// Calls work(begin, length) for blocks that stay in the first-level cache.
template <class Work>
void inBlocks(std::size_t size, const Work& work) {
    inShares(size, 1, [&](std::size_t begin, std::size_t count) {
        for (const std::size_t end = begin + count; begin < end; begin += kBlock)
            work(begin, std::min(kBlock, end - begin));
    });
}

}  // namespace

bool isUsableScale(float scale) { return scale > 0 && std::isfinite(scale) && std::isfinite(1 / scale); }

Affine symmetricFor(const Format& f, float largest) {
    const float scale = static_cast<float>(static_cast<double>(largest) / limits(f).max);
    return {.scale = isUsableScale(scale) ? scale : 1, .zeroPoint = 0};
}

Affine affineFor(const Format& f, float low, float high) {
    const double from = std::min(static_cast<double>(low), 0.0), to = std::max(static_cast<double>(high), 0.0);
    const double last = limits(f).max, first = f.signBits ? -last - 1 : 0;
    const auto scale = static_cast<float>((to - from) / (last - first));
    if (!isUsableScale(scale)) return {};
    const double zeroPoint = std::nearbyint(first - from / static_cast<double>(scale));
    return {.scale = scale, .zeroPoint = static_cast<int>(std::clamp(zeroPoint, first, last))};
}

std::uint64_t affineCode(const Format& f, float value, const Affine& affine, const RoundOptions& options) {
    const float code = value * (1 / affine.scale) + static_cast<float>(affine.zeroPoint);
    return encode(f, static_cast<double>(code), options);
}

float affineValue(const Format& f, std::uint64_t code, const Affine& affine) {
    return (static_cast<float>(decode(f, code)) - static_cast<float>(affine.zeroPoint)) * affine.scale;
}

float roundAffine(const Format& f, float value, const Affine& affine, const RoundOptions& options) {
    return std::isnan(value) ? value : affineValue(f, affineCode(f, value, affine, options), affine);
}

void roundArrayAffine(const Format& f, std::span<const float> in, std::span<float> out, const Affine& affine,
                      const RoundOptions& options) {
    check(f, affine);
    if (in.size() != out.size()) std::abort();
    const auto zeroPoint = static_cast<float>(affine.zeroPoint);
    const float inverse = 1 / affine.scale;
    const detail::ArrayRounder rounder(f, options);
    inBlocks(in.size(), [&](std::size_t begin, std::size_t length) {
        std::array<float, kBlock> codes;
        detail::prefetch(in.data(), begin, length, in.size());
        toCodes(in.data() + begin, codes.data(), length, inverse, zeroPoint);
        rounder.run(std::span(codes).first(length), codes.data(), options.index + begin, Stores::cached);
        fromCodes(in.data() + begin, codes.data(), out.data() + begin, length, affine.scale, zeroPoint);
    });
}

void encodeArrayAffine(const Format& f, std::span<const float> in, std::span<std::byte> codes, const Affine& affine,
                       const RoundOptions& options) {
    check(f, affine);
    const std::size_t bytes = codeBytes(f);
    if (codes.size() != in.size() * bytes) std::abort();
    const detail::ArrayEncoder encoder(f, options);
    inBlocks(in.size(), [&](std::size_t begin, std::size_t length) {
        std::array<float, kBlock> scaled;
        detail::prefetch(in.data(), begin, length, in.size());
        toCodesWithoutNan(in.data() + begin, scaled.data(), length, 1 / affine.scale,
                          static_cast<float>(affine.zeroPoint));
        encoder.run(std::span(scaled).first(length), codes.data() + begin * bytes, options.index + begin,
                    Stores::cached);
    });
}

void decodeArrayAffine(const Format& f, std::span<const std::byte> codes, std::span<float> out, const Affine& affine) {
    check(f, affine);
    const std::size_t bytes = codeBytes(f);
    if (codes.size() != out.size() * bytes) std::abort();
    const detail::ArrayDecoder decoder(f);
    inBlocks(out.size(), [&](std::size_t begin, std::size_t length) {
        const auto values = out.subspan(begin, length);
        decoder.run(codes.data() + begin * bytes, values, Stores::cached);
        scaleCodes(values.data(), length, affine.scale, static_cast<float>(affine.zeroPoint));
    });
}

}  // namespace mantissa
