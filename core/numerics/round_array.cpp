#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "numerics/array_work.h"
#include "numerics/rounding.h"
#include "numerics/rounding_internal.h"

// The array kernel works on the bits of the float32 inputs without branches, so that the compiler turns each loop into
// vector code; the best instruction set is chosen when the program starts. It must agree with roundTo bit by bit.
//
// A float32 is b0 + significand, where b0 holds the exponent field less one and the significand its hidden bit, so that
// a carry out of the significand moves into the exponent by itself. Rounding clears the significand's low `drop` bits:
// as many as the format has fewer than float32, and one more for each binade below the format's smallest normal value.

namespace mantissa {
namespace {

using std::int32_t;
using std::uint32_t;

constexpr uint32_t kSign = 0x80000000u;
constexpr int32_t kInfinity = 0x7F800000;
constexpr int32_t kHidden = 0x00800000;  ///< the hidden bit, and one step of the exponent field
constexpr int32_t kSubnormalScale =
    149 << 23;  ///< exponent of float32's smallest value, −149, as a step of the exponent field

/// One value for positive inputs and one for negative ones, as bits of a float32.
struct BySign {
    uint32_t positive = 0;
    uint32_t negative = 0;
};

/// What the kernel needs to know of a format, in terms of float32's own fields.
struct Parameters {
    int32_t drop = 0;       ///< significand bits that float32 has more; negative where it has fewer
    int32_t extraDrop = 0;  ///< how many more it has below the smallest normal value, besides one a binade
    int32_t lowest = 0;     ///< the smallest normal value's exponent field, in place (× 2^23); may be below float32's
    uint32_t quantum = 0;   ///< the smallest positive value
    uint32_t nothing = 0;   ///< the magnitude of what is rounded below the smallest positive value: 0, if there is a 0
    uint32_t negativeZero = 0;  ///< all ones where there is a −0
    BySign zero;                ///< what a zero becomes
    BySign
        max;  ///< magnitude of the largest finite value; as a signed number below every magnitude where there is none
    BySign overflow;  ///< what a finite value beyond `max` becomes
    BySign infinity;  ///< what an infinity becomes
    BySign nan;       ///< what a NaN becomes
    detail::RandomKey key;
};

/// What a format asks of the kernel. Most ask for neither, and are spared the instructions.
enum class Shape {
    plain,
    wide,          ///< normal values among float32's subnormals or below, or more fraction bits than float32
    irregular,     ///< not the same on both sides of zero, or no subnormals: integers, FNUZ
    wideIrregular  ///< both: E8M0
};

/// Selections by mask instead of ?:, which the compiler would turn back into branches that no vector unit can take.
[[gnu::always_inline]] inline uint32_t maskOf(bool condition) { return 0u - static_cast<uint32_t>(condition); }
[[gnu::always_inline]] inline uint32_t select(uint32_t mask, uint32_t yes, uint32_t no) {
    return (yes & mask) | (no & ~mask);
}
[[gnu::always_inline]] inline uint32_t pick(uint32_t negative, BySign values) {
    return select(negative, values.negative, values.positive);
}
[[gnu::always_inline]] inline int32_t larger(int32_t a, int32_t b) { return a > b ? a : b; }
[[gnu::always_inline]] inline int32_t smaller(int32_t a, int32_t b) { return a < b ? a : b; }

/// How many binades `field` lies below `lowest`, at least 0. Unsigned, since the distance may take all 32 bits.
[[gnu::always_inline]] inline int32_t binadesBelow(int32_t lowest, int32_t field) {
    return static_cast<int32_t>((static_cast<uint32_t>(larger(lowest, field)) - static_cast<uint32_t>(field)) >> 23);
}

/// The significand with its low bits rounded away; `full` says how many, and may be more than there are.
template <Rounding mode>
[[gnu::always_inline]] inline uint32_t roundSignificand(uint32_t significand, int32_t full, uint32_t negative,
                                                        uint32_t random) {
    // Past 25 bits everything is remainder, below one half.
    const int32_t drop = smaller(full, 25);
    const uint32_t unit = 1u << drop, remainder = unit - 1u;
    if constexpr (mode == Rounding::nearestEven) {
        // Adding one less than half, plus one where the last kept bit is odd, carries exactly when the tie rule says
        // so.
        const uint32_t odd = (significand >> drop) & remainder & 1u;
        return (significand + (remainder >> 1) + odd) & ~remainder;
    } else if constexpr (mode == Rounding::nearestAway) {
        return (significand + (unit >> 1)) & ~remainder;
    } else if constexpr (mode == Rounding::towardZero) {
        return significand & ~remainder;
    } else if constexpr (mode == Rounding::up) {
        return (significand + (remainder & ~negative)) & ~remainder;
    } else if constexpr (mode == Rounding::down) {
        return (significand + (remainder & negative)) & ~remainder;
    } else if constexpr (mode == Rounding::toOdd) {
        return (significand | ((significand & remainder) + remainder)) & ~remainder;
    } else {
        // The remainder as a fraction of 2^32, against a random one.
        const int32_t over = smaller(full - drop, 31);
        const uint32_t leading = ((significand & remainder) << ((32 - drop) & 31)) >> over;
        return (significand & ~remainder) + (maskOf(leading > ~random) & unit);
    }
}

/// A float32 magnitude with its subnormals normalised; their exponent field, negative then, goes on below 0.
[[gnu::always_inline]] inline int32_t normalised(int32_t magnitude) {
    const float count = static_cast<float>(smaller(magnitude, kHidden));
    const auto scaled = static_cast<uint32_t>(std::bit_cast<int32_t>(count) - kSubnormalScale);
    return static_cast<int32_t>(select(maskOf(magnitude < kHidden), scaled, static_cast<uint32_t>(magnitude)));
}

/// The inverse, for whole numbers of float32's smallest value.
[[gnu::always_inline]] inline int32_t denormalised(int32_t value) {
    const float count = std::bit_cast<float>(larger(smaller(value, kHidden), -22 * kHidden) + kSubnormalScale);
    const auto subnormal = static_cast<uint32_t>(static_cast<int32_t>(count));
    return static_cast<int32_t>(select(maskOf(value < kHidden), subnormal, static_cast<uint32_t>(value)));
}

template <Rounding mode, Shape shape>
[[gnu::always_inline]] inline uint32_t roundOne(uint32_t bits, uint32_t random, const Parameters& p) {
    constexpr bool isWide = shape == Shape::wide || shape == Shape::wideIrregular;
    constexpr bool isIrregular = shape == Shape::irregular || shape == Shape::wideIrregular;
    const uint32_t sign = bits & kSign;
    const uint32_t negative = 0u - (sign >> 31);
    const auto magnitude = static_cast<int32_t>(bits & ~kSign);
    const int32_t value = isWide ? normalised(magnitude) : magnitude;
    const int32_t field = isWide ? value & ~(kHidden - 1) : larger(value & kInfinity, kHidden);
    const int32_t b0 = field - kHidden;

    const int32_t below = binadesBelow(p.lowest, field);
    int32_t drop = p.drop + below;
    if constexpr (isIrregular) drop += static_cast<int32_t>(maskOf(below != 0)) & p.extraDrop;
    if constexpr (isWide || isIrregular) drop = larger(drop, 0);
    const uint32_t rounded = roundSignificand<mode>(static_cast<uint32_t>(value - b0), drop, negative, random);
    const auto sum = static_cast<int32_t>(static_cast<uint32_t>(b0) + rounded);  // may wrap where it is not used

    uint32_t result = static_cast<uint32_t>(isWide ? denormalised(sum) : sum);
    // Less than the smallest value: then nothing of the significand is left but perhaps a carry.
    const uint32_t tiny =
        isIrregular ? select(maskOf(rounded != 0), p.quantum, p.nothing) : maskOf(rounded != 0) & p.quantum;
    result = select(maskOf(drop >= 24), tiny, result);
    if constexpr (isWide && !isIrregular) result &= maskOf(magnitude != 0);
    const uint32_t isBeyond = maskOf(static_cast<int32_t>(result) >
                                     static_cast<int32_t>(isIrregular ? pick(negative, p.max) : p.max.positive));
    result |= isIrregular ? sign & (p.negativeZero | maskOf(result != 0)) : sign;

    // Where both sides of zero are alike, so are these up to the sign; overflow is not in the directed modes.
    constexpr bool isDirected = mode == Rounding::up || mode == Rounding::down;
    const auto special = [&](BySign values) { return isIrregular ? pick(negative, values) : values.positive | sign; };
    result = select(isBeyond, isDirected ? pick(negative, p.overflow) : special(p.overflow), result);
    if constexpr (isWide && isIrregular) result = select(maskOf(magnitude == 0), special(p.zero), result);
    result = select(maskOf(magnitude == kInfinity), special(p.infinity), result);
    return select(maskOf(magnitude > kInfinity), special(p.nan), result);
}

using Kernel = void (*)(const uint32_t*, uint32_t*, std::size_t, uint32_t, const Parameters&);

template <Rounding mode, Shape shape>
[[gnu::always_inline]] inline void roundBlocks(const uint32_t* in, uint32_t* out, std::size_t count, uint32_t indexLow,
                                               const Parameters& parameters) {
    const Parameters p = parameters;  // by value: the compiler need not fear that `out` overwrites it
    // The processor's own prefetching falls behind so long a loop body; asking for the lines two blocks ahead halves
    // the time.
    constexpr std::size_t kBlock = 256, kAhead = 512, kLine = 64 / sizeof(uint32_t);
    for (std::size_t begin = 0; begin < count; begin += kBlock) {
        const std::size_t end = begin + kBlock < count ? begin + kBlock : count;
        for (std::size_t i = begin + kAhead; i < end + kAhead && i < count; i += kLine) __builtin_prefetch(in + i);
        for (std::size_t i = begin; i < end; ++i) {
            const uint32_t random =
                mode == Rounding::stochastic ? detail::randomFrom(p.key, indexLow + static_cast<uint32_t>(i)) : 0;
            out[i] = roundOne<mode, shape>(in[i], random, p);
        }
    }
}

// Clones are made of functions, not of templates: one function a mode and shape.
#define MANTISSA_KERNEL(name, mode, shape)                                                        \
    MANTISSA_CLONES void name(const uint32_t* in, uint32_t* out, std::size_t count, uint32_t low, \
                              const Parameters& p) {                                              \
        roundBlocks<Rounding::mode, Shape::shape>(in, out, count, low, p);                        \
    }
#define MANTISSA_KERNELS(mode)                                \
    MANTISSA_KERNEL(mode##Plain, mode, plain)                 \
    MANTISSA_KERNEL(mode##Wide, mode, wide)                   \
    MANTISSA_KERNEL(mode##Irregular, mode, irregular)         \
    MANTISSA_KERNEL(mode##WideIrregular, mode, wideIrregular) \
    constexpr Kernel mode##Kernels[] = {mode##Plain, mode##Wide, mode##Irregular, mode##WideIrregular};
MANTISSA_KERNELS(nearestEven)
MANTISSA_KERNELS(nearestAway)
MANTISSA_KERNELS(towardZero)
MANTISSA_KERNELS(up)
MANTISSA_KERNELS(down)
MANTISSA_KERNELS(toOdd)
MANTISSA_KERNELS(stochastic)
#undef MANTISSA_KERNELS
#undef MANTISSA_KERNEL

Shape shapeOf(const Format& f) {
    const bool isInteger = f.kind == FormatKind::integer;
    const int lowest = std::ilogb(limits(f).minNormal);
    // Without subnormals, a format with float32's normal range must still tell float32's subnormals apart.
    const bool isWide = !isInteger && (f.fractionBits > 23 || lowest < -126 || (lowest == -126 && !f.subnormals));
    const bool isIrregular = isInteger || f.signBits == 0 || !f.subnormals || f.specials == Specials::negativeZeroNan;
    if (isWide) return isIrregular ? Shape::wideIrregular : Shape::wide;
    return isIrregular ? Shape::irregular : Shape::plain;
}

Kernel kernelFor(const Format& f, Rounding rounding) {
    const auto shape = static_cast<std::size_t>(shapeOf(f));
    switch (rounding) {
        case Rounding::nearestEven:
            return nearestEvenKernels[shape];
        case Rounding::nearestAway:
            return nearestAwayKernels[shape];
        case Rounding::towardZero:
            return towardZeroKernels[shape];
        case Rounding::up:
            return upKernels[shape];
        case Rounding::down:
            return downKernels[shape];
        case Rounding::toOdd:
            return toOddKernels[shape];
        case Rounding::stochastic:
            return stochasticKernels[shape];
    }
    return nullptr;
}

uint32_t bitsOf(double value) {
    static_assert(std::numeric_limits<float>::is_iec559, "values beyond float32 become infinities");
    return std::bit_cast<uint32_t>(static_cast<float>(value));
}

/// What `value` and −`value` become.
BySign roundedBoth(const Format& f, double value, const RoundOptions& options) {
    return {bitsOf(roundTo(f, value, options)), bitsOf(roundTo(f, -value, options))};
}

/// The largest magnitudes, rounded toward zero to float32, which has no other values near.
BySign largestMagnitudes(const Format& f, double max) {
    constexpr double kFloatMax = std::numeric_limits<float>::max();
    const auto towardZero = [kFloatMax](double value) {
        const auto nearest = static_cast<float>(std::min(value, kFloatMax));
        return std::bit_cast<uint32_t>(static_cast<double>(nearest) > value ? std::nextafter(nearest, 0.0f) : nearest);
    };
    if (f.kind == FormatKind::integer) return {towardZero(max), f.signBits ? towardZero(max + 1) : 0u};
    // Below every magnitude in a signed comparison, so that no negative value is in range.
    return {towardZero(max), f.signBits ? towardZero(max) : ~0u};
}

Parameters parametersFor(const Format& f, const RoundOptions& options, uint32_t indexHigh) {
    constexpr double kInf = std::numeric_limits<double>::infinity();
    const FormatLimits l = limits(f);
    const bool isInteger = f.kind == FormatKind::integer;
    Parameters p;
    p.drop = isInteger ? 0 : 23 - f.fractionBits;
    p.extraDrop = !isInteger && !f.subnormals ? f.fractionBits : 0;
    // Integers are fixed point: from 2^23 on float32 has nothing finer. Below −22 no float32 has a field.
    const int lowest = isInteger ? 127 + 23 : std::ilogb(l.minNormal) + 127;
    p.lowest = std::max(lowest, -23) * kHidden;
    p.quantum = bitsOf(l.minSubnormal);
    const bool hasZero = isInteger || f.signBits == 1;
    p.nothing = hasZero ? 0 : p.quantum;
    p.negativeZero = !isInteger && f.specials != Specials::negativeZeroNan ? ~0u : 0u;
    p.max = largestMagnitudes(f, l.max);
    p.overflow = l.max < 0x1p128 ? roundedBoth(f, 0x1p200, options) : BySign{bitsOf(kInf), bitsOf(-kInf)};
    p.infinity = roundedBoth(f, kInf, options);
    p.nan = roundedBoth(f, std::numeric_limits<double>::quiet_NaN(), options);
    p.zero = roundedBoth(f, 0.0, options);
    p.key = detail::randomKey(options.seed, indexHigh);
    return p;
}

/// Formats that lie wholly or partly above float32's range have values that no float32 can stand for. Only an odd bias
/// gives them.
bool kernelHandles(const Format& f) { return limits(f).minSubnormal <= 0x1p100; }

void roundRange(const Format& f, std::span<const float> in, std::span<float> out, RoundOptions options) {
    if (!kernelHandles(f)) {
        for (std::size_t i = 0; i < in.size(); ++i, ++options.index)
            out[i] = static_cast<float>(roundTo(f, static_cast<double>(in[i]), options));
        return;
    }
    const Kernel kernel = kernelFor(f, options.rounding);
    std::size_t done = 0;
    while (done < in.size()) {
        // The random key covers 2^32 consecutive indices.
        const std::uint64_t index = options.index + done;
        const std::uint64_t untilNextKey = (std::uint64_t{1} << 32) - (index & 0xFFFFFFFFu);
        const std::size_t count = static_cast<std::size_t>(std::min<std::uint64_t>(in.size() - done, untilNextKey));
        const Parameters p = parametersFor(f, options, static_cast<uint32_t>(index >> 32));
        kernel(reinterpret_cast<const uint32_t*>(in.data() + done), reinterpret_cast<uint32_t*>(out.data() + done),
               count, static_cast<uint32_t>(index), p);
        done += count;
    }
}

}  // namespace

void roundArray(const Format& f, std::span<const float> in, std::span<float> out, const RoundOptions& options) {
    if (in.size() != out.size()) std::abort();
    inShares(in.size(), [&](std::size_t begin, std::size_t count) {
        RoundOptions own = options;
        own.index += begin;
        roundRange(f, in.subspan(begin, count), out.subspan(begin, count), own);
    });
}

}  // namespace mantissa
