#include "numerics/array_error.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <vector>

#include "numerics/code_array.h"
#include "numerics/rounding.h"

namespace mantissa {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kChunk = 4096;

/// Sums of one chunk, four at a time so that one addition need not wait for the other; chunks are added up afterwards,
/// which keeps the error of millions of additions small.
ArrayError chunkError(std::span<const float> r, std::span<const float> c) {
    std::array<ArrayError, 4> parts;
    for (std::size_t i = 0; i < r.size(); ++i) {
        ArrayError& part = parts[i % parts.size()];
        const auto x = static_cast<double>(r[i]), y = static_cast<double>(c[i]);
        if (!std::isfinite(x) || !std::isfinite(y)) {
            ++part.excluded;
            continue;
        }
        const double delta = y - x;
        part.signal += x * x;
        part.noise += delta * delta;
        part.power += y * y;
        part.product += x * y;
        part.maxAbs = std::max(part.maxAbs, std::abs(delta));
    }
    ArrayError sum = parts[0];
    for (std::size_t i = 1; i < parts.size(); ++i) sum.add(parts[i]);
    sum.count = r.size();
    return sum;
}

/// Largest distance of two arrays of codes, each `Code` wide, in steps of a signed floating format.
template <class Code>
std::uint64_t largestDistance(const Format& format, std::span<const std::byte> a, std::span<const std::byte> b,
                              std::span<const float> r, std::span<const float> c) {
    const auto sign = std::uint64_t{1} << (format.bits() - 1);
    const std::int64_t skipped = format.subnormals ? 0 : (std::int64_t{1} << format.fractionBits) - 1;
    const auto order = [&](Code code) {
        const auto magnitude = std::max<std::int64_t>(static_cast<std::int64_t>(code & ~sign) - skipped, 0);
        return (code & sign) != 0 ? -magnitude : magnitude;
    };
    std::uint64_t largest = 0;
    for (std::size_t i = 0; i < r.size(); ++i) {
        if (!std::isfinite(r[i]) || !std::isfinite(c[i])) continue;
        Code codeA, codeB;
        std::memcpy(&codeA, a.data() + i * sizeof(Code), sizeof(Code));
        std::memcpy(&codeB, b.data() + i * sizeof(Code), sizeof(Code));
        const std::int64_t x = order(codeA), y = order(codeB);
        largest = std::max(largest, x > y ? static_cast<std::uint64_t>(x) - static_cast<std::uint64_t>(y)
                                          : static_cast<std::uint64_t>(y) - static_cast<std::uint64_t>(x));
    }
    return largest;
}

/// As ulpDistance for each pair, over codes that are made for the whole array at once.
double ulpMax(std::span<const float> r, std::span<const float> c, const Format& format) {
    if (format.scaling != Scaling::none || format.kind == FormatKind::integer) return kNan;
    if (format.signBits == 0) {
        std::uint64_t largest = 0;
        for (std::size_t i = 0; i < r.size(); ++i)
            if (std::isfinite(r[i]) && std::isfinite(c[i])) {
                const std::uint64_t distance =
                    ulpDistance(format, static_cast<double>(r[i]), static_cast<double>(c[i]));
                if (distance == UINT64_MAX) return kNan;
                largest = std::max(largest, distance);
            }
        return static_cast<double>(largest);
    }
    const RoundOptions options{.overflow = format.specials == Specials::ieee ? Overflow::standard : Overflow::saturate};
    const std::size_t width = codeBytes(format);
    std::vector<std::byte> a(r.size() * width), b(r.size() * width);
    encodeArray(format, r, a, options);
    encodeArray(format, c, b, options);
    switch (width) {
        case 1:
            return static_cast<double>(largestDistance<std::uint8_t>(format, a, b, r, c));
        case 2:
            return static_cast<double>(largestDistance<std::uint16_t>(format, a, b, r, c));
        case 4:
            return static_cast<double>(largestDistance<std::uint32_t>(format, a, b, r, c));
        default:
            return static_cast<double>(largestDistance<std::uint64_t>(format, a, b, r, c));
    }
}

}  // namespace

void ArrayError::add(const ArrayError& other) {
    count += other.count;
    excluded += other.excluded;
    signal += other.signal;
    noise += other.noise;
    power += other.power;
    product += other.product;
    maxAbs = std::max(maxAbs, other.maxAbs);
    ulpMax = std::isnan(other.ulpMax) ? kNan : std::isnan(ulpMax) ? kNan : std::max(ulpMax, other.ulpMax);
}

double ArrayError::sqnrDb() const {
    if (count == excluded) return kNan;
    return noise == 0 ? std::numeric_limits<double>::infinity() : 10 * (std::log10(signal) - std::log10(noise));
}

double ArrayError::cosine() const {
    const double norms = std::sqrt(signal) * std::sqrt(power);
    if (norms == 0) return kNan;
    return noise == 0 ? 1 : std::clamp(product / norms, -1.0, 1.0);
}

ArrayError arrayError(std::span<const float> reference, std::span<const float> candidate, const Format& format) {
    if (reference.size() != candidate.size()) std::abort();
    ArrayError sum;
    for (std::size_t begin = 0; begin < reference.size(); begin += kChunk) {
        const std::size_t count = std::min(kChunk, reference.size() - begin);
        const auto r = reference.subspan(begin, count), c = candidate.subspan(begin, count);
        ArrayError part = chunkError(r, c);
        if (part.noise != 0 || format.kind == FormatKind::integer || format.scaling != Scaling::none)
            part.ulpMax = ulpMax(r, c, format);
        sum.add(part);
    }
    return sum;
}

void MagnitudeRange::add(const MagnitudeRange& other) {
    if (other.largest == 0) return;
    smallest = largest == 0 ? other.smallest : std::min(smallest, other.smallest);
    largest = std::max(largest, other.largest);
}

double MagnitudeRange::binades() const { return largest == 0 ? 0 : std::log2(largest / smallest); }

MagnitudeRange magnitudeRange(std::span<const float> values) {
    float smallest = std::numeric_limits<float>::infinity(), largest = 0;
    for (const float x : values) {
        const float magnitude = std::abs(x);
        if (magnitude == 0 || !std::isfinite(magnitude)) continue;
        smallest = std::min(smallest, magnitude);
        largest = std::max(largest, magnitude);
    }
    if (largest == 0) return {};
    return {.smallest = static_cast<double>(smallest), .largest = static_cast<double>(largest)};
}

}  // namespace mantissa
