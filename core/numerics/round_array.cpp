#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "numerics/array_kernels.h"
#include "numerics/array_work.h"
#include "numerics/rounding.h"
#include "numerics/rounding_internal.h"
#include "numerics/vector_parts.h"

// Rounds each float32 to a float32 that the format has; it must agree with roundTo bit by bit. The best instruction set
// is chosen when the program starts.

namespace mantissa {
namespace {

using namespace kernel;

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
    floatExponents,  ///< plain, and drops as many bits everywhere
    byAddition,      ///< plain, and narrow enough to be rounded by an addition; nearest-even only
    wide,            ///< normal values among float32's subnormals or below, or more fraction bits than float32
    irregular,       ///< not the same on both sides of zero, or no subnormals: integers, FNUZ
    wideIrregular    ///< both: E8M0
};

/// The rounded magnitude, not looking at infinities, NaN and what is beyond the largest value.
template <Rounding mode, Shape shape>
[[gnu::always_inline]] inline uint32_t roundMagnitude(int32_t magnitude, uint32_t negative, uint32_t random,
                                                      const Parameters& p) {
    if constexpr (shape == Shape::floatExponents)
        return roundSignificand<mode>(static_cast<uint32_t>(magnitude), p.drop, negative, random);
    if constexpr (shape == Shape::byAddition) {
        const RoundedSum rounded = roundedByAddition(magnitude, p.lowest, p.drop);
        return std::bit_cast<uint32_t>(rounded.sum - rounded.addend);
    }
    constexpr bool isWide = shape == Shape::wide || shape == Shape::wideIrregular;
    constexpr bool isIrregular = shape == Shape::irregular || shape == Shape::wideIrregular;
    const int32_t value = isWide ? normalised(magnitude) : magnitude;
    const int32_t field = isWide ? value & ~(kHidden - 1) : larger(value & kInfinity, kHidden);
    const int32_t b0 = field - kHidden;

    const int32_t below = binadesBelow(p.lowest, field);
    int32_t drop = p.drop + below;
    if constexpr (isIrregular) drop += static_cast<int32_t>(maskOf(below != 0)) & p.extraDrop;
    if constexpr (isWide || isIrregular) drop = larger(drop, 0);
    const uint32_t rounded = roundSignificand<mode>(static_cast<uint32_t>(value - b0), drop, negative, random);
    const auto sum = static_cast<int32_t>(static_cast<uint32_t>(b0) + rounded);  // may wrap where it is not used

    const auto result = static_cast<uint32_t>(isWide ? denormalised(sum) : sum);
    // Less than the smallest value: then nothing of the significand is left but perhaps a carry.
    const uint32_t tiny =
        isIrregular ? select(maskOf(rounded != 0), p.quantum, p.nothing) : maskOf(rounded != 0) & p.quantum;
    return select(maskOf(drop >= 24), tiny, result);
}

template <Rounding mode, Shape shape>
[[gnu::always_inline]] inline uint32_t roundOne(uint32_t bits, uint32_t random, const Parameters& p) {
    constexpr bool isWide = shape == Shape::wide || shape == Shape::wideIrregular;
    constexpr bool isIrregular = shape == Shape::irregular || shape == Shape::wideIrregular;
    const uint32_t sign = bits & kSign;
    const uint32_t negative = 0u - (sign >> 31);
    const auto magnitude = static_cast<int32_t>(bits & ~kSign);
    uint32_t result = roundMagnitude<mode, shape>(magnitude, negative, random, p);
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
[[gnu::always_inline]] inline void roundLoop(const uint32_t* in, uint32_t* out, std::size_t count, uint32_t indexLow,
                                             const Parameters& parameters) {
    const Parameters p = parameters;  // by value: the compiler need not fear that `out` overwrites it
    for (std::size_t i = 0; i < count; ++i) {
        const uint32_t random =
            mode == Rounding::stochastic ? detail::randomFrom(p.key, indexLow + static_cast<uint32_t>(i)) : 0;
        out[i] = roundOne<mode, shape>(in[i], random, p);
    }
}

// Clones are made of functions, not of templates: one function a mode and shape.
#define MANTISSA_KERNEL(name, mode, shape)                                                        \
    MANTISSA_CLONES void name(const uint32_t* in, uint32_t* out, std::size_t count, uint32_t low, \
                              const Parameters& p) {                                              \
        roundLoop<Rounding::mode, Shape::shape>(in, out, count, low, p);                          \
    }
#define MANTISSA_KERNELS(mode, byAddition)                                             \
    MANTISSA_KERNEL(mode##Plain, mode, plain)                                          \
    MANTISSA_KERNEL(mode##FloatExponents, mode, floatExponents)                        \
    MANTISSA_KERNEL(mode##Wide, mode, wide)                                            \
    MANTISSA_KERNEL(mode##Irregular, mode, irregular)                                  \
    MANTISSA_KERNEL(mode##WideIrregular, mode, wideIrregular)                          \
    constexpr Kernel mode##Kernels[] = {mode##Plain, mode##FloatExponents, byAddition, \
                                        mode##Wide,  mode##Irregular,      mode##WideIrregular};
MANTISSA_KERNEL(nearestEvenByAddition, nearestEven, byAddition)
MANTISSA_KERNELS(nearestEven, nearestEvenByAddition)
MANTISSA_OTHER_ROUNDINGS(MANTISSA_KERNELS, nullptr)
#undef MANTISSA_KERNELS
#undef MANTISSA_KERNEL

Shape shapeOf(const Format& f, Rounding rounding) {
    const bool isInteger = f.kind == FormatKind::integer;
    const int lowest = std::ilogb(detail::elementLimits(f).minNormal);
    // Without subnormals, a format with float32's normal range must still tell float32's subnormals apart.
    const bool isWide = !isInteger && (f.fractionBits > 23 || lowest < -126 || (lowest == -126 && !f.subnormals));
    const bool isIrregular = isInteger || f.signBits == 0 || !f.subnormals || f.specials == Specials::negativeZeroNan;
    if (isWide) return isIrregular ? Shape::wideIrregular : Shape::wide;
    if (isIrregular) return Shape::irregular;
    if (hasFloatExponents(f)) return Shape::floatExponents;
    return rounding == Rounding::nearestEven && isRoundedByAddition(f) ? Shape::byAddition : Shape::plain;
}

Kernel kernelFor(const Format& f, Rounding rounding) {
    const auto shape = static_cast<std::size_t>(shapeOf(f, rounding));
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

Parameters parametersFor(const Format& f, const RoundOptions& options) {
    constexpr double kInf = std::numeric_limits<double>::infinity();
    const FormatLimits l = detail::elementLimits(f);
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
    return p;
}

}  // namespace

struct detail::ArrayRounder::State {
    Format format;
    RoundOptions options;
    Kernel kernel;
    Parameters parameters;
    bool handled;

    /// A stretch whose random numbers have one key.
    void stretch(std::span<const float> in, float* out, std::uint64_t index, Stores stores) const {
        Parameters p = parameters;
        p.key = randomKey(options.seed, static_cast<uint32_t>(index >> 32));
        constexpr std::size_t kBlock = 1024;
        const auto* bits = reinterpret_cast<const uint32_t*>(in.data());
        for (std::size_t begin = 0; begin < in.size(); begin += kBlock) {
            const std::size_t count = std::min(kBlock, in.size() - begin);
            prefetch(bits, begin, count, in.size());
            alignas(64) std::array<uint32_t, kBlock> values;
            uint32_t* result = stores == Stores::streaming ? values.data() : reinterpret_cast<uint32_t*>(out + begin);
            kernel(bits + begin, result, count, static_cast<uint32_t>(index + begin), p);
            if (stores == Stores::streaming) storeBlock(result, out + begin, count * sizeof(float), stores);
        }
    }

    /// For formats that the kernels do not handle.
    void oneByOne(std::span<const float> in, float* out, std::uint64_t index) const {
        RoundOptions own = options;
        own.index = index;
        for (const float x : in) {
            *out++ = static_cast<float>(roundTo(format, static_cast<double>(x), own));
            ++own.index;
        }
    }
};

detail::ArrayRounder::ArrayRounder(const Format& f, const RoundOptions& options)
    : state_(new State{f, options, kernelFor(f, options.rounding),
                       handles(f) ? parametersFor(f, options) : Parameters{}, handles(f)}) {}
detail::ArrayRounder::~ArrayRounder() = default;

void detail::ArrayRounder::run(std::span<const float> in, float* out, std::uint64_t index, Stores stores) const {
    if (!state_->handled) return state_->oneByOne(in, out, index);
    forEachKey(in.size(), index, [&](std::size_t begin, std::size_t count, std::uint64_t own) {
        state_->stretch(in.subspan(begin, count), out + begin, own, stores);
    });
    finishStores(stores);
}

void roundArray(const Format& f, std::span<const float> in, std::span<float> out, const RoundOptions& options) {
    if (in.size() != out.size()) std::abort();
    const detail::ArrayRounder rounder(f, options);
    const Stores stores = storesFor(out.size_bytes());
    inShares(in.size(), 1, [&](std::size_t begin, std::size_t count) {
        rounder.run(in.subspan(begin, count), out.data() + begin, options.index + begin, stores);
    });
}

}  // namespace mantissa
