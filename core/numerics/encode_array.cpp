#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <type_traits>

#include "numerics/array_kernels.h"
#include "numerics/array_work.h"
#include "numerics/code_array.h"
#include "numerics/rounding_internal.h"
#include "numerics/vector_parts.h"

// Float32 to codes; it must agree with encode bit by bit. In a format's codes, too, a carry out of the significand
// moves into the exponent by itself: a magnitude's code is its binades above the smallest normal value, in place of the
// exponent, plus the rounded significand with its hidden bit, which makes the exponent of normal values one larger.

namespace mantissa {
namespace {

using namespace kernel;
using std::int64_t;
using std::size_t;
using std::uint64_t;

/// A kernel's codes before they are made as narrow as the format, and while they stay in the first-level cache.
constexpr size_t kBlock = 1024;

/// What the kernels need to know of a format. Codes are wide enough for every format; those of 32 bits or fewer fit in
/// the lower half.
struct Parameters {
    int32_t drop = 0;       ///< significand bits that float32 has more; negative where it has fewer
    int32_t extraDrop = 0;  ///< how many more it has below the smallest normal value, besides one a binade
    int32_t lowest = 0;     ///< the smallest normal value's exponent field, in place (× 2^23); may be below float32's
    int32_t fractionBits = 0;
    int32_t signShift = 0;  ///< from float32's sign bit down to the format's
    int64_t excess = 0;     ///< what the sum of exponent and significand has too much: `lowest` is cut where float32
                            ///< ends, and the hidden bit counts for nothing where field 0 is a normal value's (E8M0)
    int64_t rebias = 0;     ///< exact: the biases' difference to FP64's, in FP64's place
    int32_t fill = 0;       ///< exact: fraction bits that FP64 has more
    uint64_t negativeZero = 0;  ///< all ones where there is a −0
    int64_t max[2] = {};        ///< largest code of a finite magnitude, for positive and negative values
    uint64_t overflow[2] = {};  ///< whole codes from here on: of a finite value beyond `max`
    uint64_t infinity[2] = {};
    uint64_t nan[2] = {};
    uint64_t zero[2] = {};
    detail::RandomKey key;
};

enum class Shape {
    plain,           ///< both sides of zero alike; subnormals; nothing finer than float32
    floatExponents,  ///< plain, and drops as many bits everywhere
    byAddition,      ///< plain, and narrow enough to be rounded by an addition; nearest-even only
    general,         ///< any other floating-point format with codes of at most 32 bits and 23 fraction bits
    integer,
    wide,  ///< floating-point formats with longer codes
    exact  ///< longer ones that have every float32 as a normal value: nothing is rounded
};

template <class Code>
[[gnu::always_inline]] inline Code chosen(uint32_t negative, const uint64_t (&values)[2]) {
    const Code mask = static_cast<Code>(static_cast<int64_t>(static_cast<int32_t>(negative)));
    return (static_cast<Code>(values[1]) & mask) | (static_cast<Code>(values[0]) & ~mask);
}
template <class Code>
[[gnu::always_inline]] inline Code selected(bool condition, Code yes, Code no) {
    const Code mask = Code{0} - static_cast<Code>(condition);
    return (yes & mask) | (no & ~mask);
}

/// The rounded magnitude's code, not looking at infinities, NaN and what is beyond the largest value.
template <Rounding mode, Shape shape>
[[gnu::always_inline]] inline uint32_t encodeMagnitude(int32_t magnitude, uint32_t negative, uint32_t random,
                                                       const Parameters& p) {
    if constexpr (shape == Shape::floatExponents)
        return roundSignificand<mode>(static_cast<uint32_t>(magnitude), p.drop, negative, random) >> p.drop;
    if constexpr (shape == Shape::byAddition) {
        const RoundedSum rounded = roundedByAddition(magnitude, p.lowest, p.drop);
        const uint32_t spacings = std::bit_cast<uint32_t>(rounded.sum) - std::bit_cast<uint32_t>(rounded.addend);
        return (static_cast<uint32_t>(rounded.floor - p.lowest) >> p.drop) + spacings;
    }
    const int32_t field = larger(magnitude & kInfinity, kHidden);
    const int32_t floor = larger(p.lowest, field);
    const int32_t drop = p.drop + static_cast<int32_t>(static_cast<uint32_t>(floor - field) >> 23);
    const auto significand = static_cast<uint32_t>(magnitude - (field - kHidden));
    const uint32_t rounded = roundSignificand<mode>(significand, drop, negative, random);
    return (static_cast<uint32_t>(floor - p.lowest) >> p.drop) + (rounded >> smaller(drop, 25));
}

template <Rounding mode, Shape shape>
[[gnu::always_inline]] inline uint32_t encodePlain(uint32_t bits, uint32_t random, const Parameters& p) {
    const uint32_t sign = bits & kSign;
    const uint32_t negative = 0u - (sign >> 31);
    const auto magnitude = static_cast<int32_t>(bits & ~kSign);
    uint32_t code = encodeMagnitude<mode, shape>(magnitude, negative, random, p);
    const bool isBeyond = static_cast<int32_t>(code) > static_cast<int32_t>(p.max[0]);
    code |= sign >> p.signShift;
    constexpr bool isDirected = mode == Rounding::up || mode == Rounding::down;
    const uint32_t codeSign = sign >> p.signShift;
    const auto special = [&](const uint64_t(&values)[2]) { return static_cast<uint32_t>(values[0]) | codeSign; };
    code = selected(isBeyond, isDirected ? chosen<uint32_t>(negative, p.overflow) : special(p.overflow), code);
    code = selected(magnitude == kInfinity, special(p.infinity), code);
    return selected(magnitude > kInfinity, special(p.nan), code);
}

/// Any floating-point format; Code is uint32_t or, for longer codes, uint64_t.
template <Rounding mode, class Code>
[[gnu::always_inline]] inline Code encodeGeneral(uint32_t bits, uint32_t random, const Parameters& p) {
    using Signed = std::make_signed_t<Code>;
    const uint32_t sign = bits & kSign;
    const uint32_t negative = 0u - (sign >> 31);
    const auto magnitude = static_cast<int32_t>(bits & ~kSign);
    const int32_t value = normalised(magnitude);
    const int32_t field = value & ~(kHidden - 1);
    const int32_t below = binadesBelow(p.lowest, field);
    const int32_t extra = static_cast<int32_t>(maskOf(below != 0)) & p.extraDrop;
    const int32_t full = p.drop + below + extra;
    const int32_t drop = larger(full, 0);
    const uint32_t rounded =
        roundSignificand<mode>(static_cast<uint32_t>(value - (field - kHidden)), drop, negative, random);
    // Unsigned: from below float32's range to its top there are more steps than 31 bits hold.
    const uint32_t above = (static_cast<uint32_t>(larger(p.lowest, field)) - static_cast<uint32_t>(p.lowest)) >> 23;
    const Code significand = static_cast<Code>(rounded >> smaller(drop, 25));
    const int32_t up = sizeof(Code) == 8 ? larger(-full, extra) : extra;
    auto code = static_cast<Signed>((static_cast<Code>(above) << p.fractionBits) + (significand << up));
    code -= static_cast<Signed>(p.excess);
    code = code > 0 ? code : 0;
    const bool isBeyond = code > static_cast<Signed>(chosen<Code>(
                                     negative, {static_cast<uint64_t>(p.max[0]), static_cast<uint64_t>(p.max[1])}));
    const Code topBit =
        sizeof(Code) == 8 ? static_cast<Code>(static_cast<uint64_t>(sign) << 32) : static_cast<Code>(sign);
    const Code codeSign =
        (topBit >> p.signShift) & (static_cast<Code>(p.negativeZero) | (Code{0} - static_cast<Code>(code != 0)));
    Code result = static_cast<Code>(code) | codeSign;
    result = selected(isBeyond, chosen<Code>(negative, p.overflow), result);
    result = selected(magnitude == 0, chosen<Code>(negative, p.zero), result);
    result = selected(magnitude == kInfinity, chosen<Code>(negative, p.infinity), result);
    return selected(magnitude > kInfinity, chosen<Code>(negative, p.nan), result);
}

/// Through FP64, in which every float32 is normal, too.
[[gnu::always_inline]] inline uint64_t encodeExact(uint32_t bits, const Parameters& p) {
    const uint32_t magnitude = bits & ~kSign;
    const auto value = std::bit_cast<uint64_t>(static_cast<double>(std::bit_cast<float>(magnitude)));
    const uint64_t sign = static_cast<uint64_t>(bits & kSign) << 32 >> p.signShift;
    uint64_t code = (value - static_cast<uint64_t>(p.rebias)) >> p.fill;
    code = selected<uint64_t>(magnitude == 0, p.zero[0], code);
    code = selected<uint64_t>(static_cast<int32_t>(magnitude) == kInfinity, p.infinity[0], code);
    code = selected<uint64_t>(static_cast<int32_t>(magnitude) > kInfinity, p.nan[0], code);
    return code | sign;
}

/// Integers are fixed point: from 2^23 on float32 has nothing finer.
template <Rounding mode>
[[gnu::always_inline]] inline uint32_t encodeInteger(uint32_t bits, uint32_t random, const Parameters& p) {
    const uint32_t negative = 0u - (bits >> 31);
    const auto magnitude = static_cast<int32_t>(bits & ~kSign);
    const int32_t field = larger(magnitude & kInfinity, kHidden);
    const int32_t drop = binadesBelow(p.lowest, field);
    const auto significand = static_cast<uint32_t>(magnitude - (field - kHidden));
    const uint32_t rounded = roundSignificand<mode>(significand, drop, negative, random) >> smaller(drop, 25);
    const int32_t above = (larger(p.lowest, field) - p.lowest) >> 23;
    // A significand has 24 bits, so more than seven above leave every range.
    const uint32_t whole = (rounded << smaller(above, 7)) | (maskOf(above > 7) & kSign);
    const uint32_t largest =
        chosen<uint32_t>(negative, {static_cast<uint64_t>(p.max[0]), static_cast<uint64_t>(p.max[1])});
    const uint32_t clamped = whole < largest ? whole : largest;
    const uint32_t code = ((clamped ^ negative) - negative) & static_cast<uint32_t>(p.negativeZero);
    return code & ~maskOf(magnitude > kInfinity);
}

template <Rounding mode, Shape shape, class Code>
[[gnu::always_inline]] inline void encodeLoop(const uint32_t* in, Code* codes, size_t count, uint32_t indexLow,
                                              const Parameters& parameters) {
    const Parameters p = parameters;  // by value: the compiler need not fear that `codes` overwrites it
    for (size_t i = 0; i < count; ++i) {
        const uint32_t random =
            mode == Rounding::stochastic ? detail::randomFrom(p.key, indexLow + static_cast<uint32_t>(i)) : 0;
        if constexpr (shape == Shape::integer)
            codes[i] = encodeInteger<mode>(in[i], random, p);
        else if constexpr (shape == Shape::exact)
            codes[i] = encodeExact(in[i], p);
        else if constexpr (shape == Shape::general || shape == Shape::wide)
            codes[i] = encodeGeneral<mode, Code>(in[i], random, p);
        else
            codes[i] = encodePlain<mode, shape>(in[i], random, p);
    }
}

using Kernel = void (*)(const uint32_t*, uint32_t*, size_t, uint32_t, const Parameters&);
using WideKernel = void (*)(const uint32_t*, uint64_t*, size_t, uint32_t, const Parameters&);

// Clones are made of functions, not of templates: one function a mode and shape.
#define MANTISSA_KERNEL(name, mode, shape, code)                                                                  \
    MANTISSA_CLONES void name(const uint32_t* in, code* codes, size_t count, uint32_t low, const Parameters& p) { \
        encodeLoop<Rounding::mode, Shape::shape>(in, codes, count, low, p);                                       \
    }
#define MANTISSA_KERNELS(mode, byAddition)                                \
    MANTISSA_KERNEL(mode##Plain, mode, plain, uint32_t)                   \
    MANTISSA_KERNEL(mode##FloatExponents, mode, floatExponents, uint32_t) \
    MANTISSA_KERNEL(mode##General, mode, general, uint32_t)               \
    MANTISSA_KERNEL(mode##Integer, mode, integer, uint32_t)               \
    MANTISSA_KERNEL(mode##Wide, mode, wide, uint64_t)                     \
    constexpr Kernel mode##Kernels[] = {mode##Plain, mode##FloatExponents, byAddition, mode##General, mode##Integer};
MANTISSA_KERNEL(everyModeExact, nearestEven, exact, uint64_t)
MANTISSA_KERNEL(nearestEvenByAddition, nearestEven, byAddition, uint32_t)
MANTISSA_KERNELS(nearestEven, nearestEvenByAddition)
MANTISSA_OTHER_ROUNDINGS(MANTISSA_KERNELS, nullptr)
#undef MANTISSA_KERNELS
#undef MANTISSA_KERNEL

struct ModeKernels {
    const Kernel* narrow;  ///< by shape, those before `wide`
    WideKernel wide;
};

ModeKernels kernelsFor(Rounding rounding) {
    switch (rounding) {
        case Rounding::nearestEven:
            return {nearestEvenKernels, nearestEvenWide};
        case Rounding::nearestAway:
            return {nearestAwayKernels, nearestAwayWide};
        case Rounding::towardZero:
            return {towardZeroKernels, towardZeroWide};
        case Rounding::up:
            return {upKernels, upWide};
        case Rounding::down:
            return {downKernels, downWide};
        case Rounding::toOdd:
            return {toOddKernels, toOddWide};
        case Rounding::stochastic:
            return {stochasticKernels, stochasticWide};
    }
    return {};
}

template <class Wide, class Code>
[[gnu::always_inline]] inline void narrowLoop(const Wide* wide, Code* codes, size_t count) {
    for (size_t i = 0; i < count; ++i) codes[i] = static_cast<Code>(wide[i]);
}
MANTISSA_CLONES void toBytes(const uint32_t* wide, std::uint8_t* codes, size_t n) { narrowLoop(wide, codes, n); }
MANTISSA_CLONES void toShorts(const uint32_t* wide, std::uint16_t* codes, size_t n) { narrowLoop(wide, codes, n); }
MANTISSA_CLONES void toWords(const uint64_t* wide, uint32_t* codes, size_t n) { narrowLoop(wide, codes, n); }

Shape shapeOf(const Format& f, Rounding rounding) {
    if (f.kind == FormatKind::integer) return Shape::integer;
    const FormatLimits l = detail::elementLimits(f);
    if (f.bits() > 32 || f.fractionBits > 23) {
        // The specials keep their sign, and there is a place for them.
        const bool isExact = f.fractionBits >= 23 && l.minNormal <= 0x1p-149 && l.max >= 0x1p128 &&
                             f.specials != Specials::negativeZeroNan;
        return isExact ? Shape::exact : Shape::wide;
    }
    const bool isPlain =
        f.signBits == 1 && f.subnormals && f.specials != Specials::negativeZeroNan && l.minNormal >= 0x1p-126;
    if (!isPlain) return Shape::general;
    if (hasFloatExponents(f)) return Shape::floatExponents;
    return rounding == Rounding::nearestEven && isRoundedByAddition(f) ? Shape::byAddition : Shape::plain;
}

Parameters parametersFor(const Format& f, const RoundOptions& options) {
    constexpr double kInf = std::numeric_limits<double>::infinity();
    const FormatLimits l = detail::elementLimits(f);
    const bool isInteger = f.kind == FormatKind::integer;
    const auto both = [&](uint64_t(&codes)[2], double value) {
        codes[0] = encode(f, value, options);
        codes[1] = encode(f, -value, options);
    };
    Parameters p;
    p.drop = 23 - f.fractionBits;
    p.extraDrop = f.subnormals ? 0 : f.fractionBits;
    // Below −22 no float32 has a field.
    const int lowest = isInteger ? 127 + 23 : std::ilogb(l.minNormal) + 127, cut = std::max(lowest, -23);
    p.lowest = cut * kHidden;
    p.fractionBits = f.fractionBits;
    p.signShift = (f.bits() > 32 || f.fractionBits > 23 ? 64 : 32) - f.bits();
    p.rebias = (int64_t{1023} - f.bias) << 52;
    p.fill = 52 - f.fractionBits;
    const int64_t step = int64_t{1} << f.fractionBits;
    p.excess = (f.signBits == 1 ? 0 : step) - (cut - lowest) * step;
    p.negativeZero = f.specials == Specials::negativeZeroNan ? 0 : ~uint64_t{0};
    const auto max = static_cast<int64_t>(encode(f, l.max));
    p.max[0] = max;
    p.max[1] = f.signBits ? max : -1;
    if (isInteger) {
        p.max[1] = f.signBits ? max + 1 : 0;
        p.negativeZero = (uint64_t{1} << f.bits()) - 1;
    }
    both(p.overflow, std::numeric_limits<double>::max());
    both(p.infinity, kInf);
    both(p.nan, std::numeric_limits<double>::quiet_NaN());
    both(p.zero, 0.0);
    return p;
}

}  // namespace

struct detail::ArrayEncoder::State {
    Format format;
    RoundOptions options;
    size_t bytes;
    Shape shape;
    ModeKernels kernels;
    Parameters parameters;
    bool handled;

    /// A stretch whose random numbers have one key.
    void stretch(std::span<const float> in, std::byte* codes, uint64_t index, Stores stores) const {
        Parameters p = parameters;
        p.key = randomKey(options.seed, static_cast<uint32_t>(index >> 32));
        const auto* bits = reinterpret_cast<const uint32_t*>(in.data());
        for (size_t begin = 0; begin < in.size(); begin += kBlock) {
            const size_t count = std::min(kBlock, in.size() - begin);
            prefetch(bits, begin, count, in.size());
            const auto low = static_cast<uint32_t>(index + begin);
            if (shape == Shape::wide || shape == Shape::exact)
                wideBlock(bits + begin, codes + begin * bytes, count, low, p, stores);
            else
                block(bits + begin, codes + begin * bytes, count, low, p, stores);
        }
    }

    void block(const uint32_t* in, std::byte* out, size_t count, uint32_t low, const Parameters& p,
               Stores stores) const {
        alignas(64) std::array<uint32_t, kBlock> codes;
        alignas(64) std::array<std::uint16_t, kBlock> narrow;
        kernels.narrow[static_cast<size_t>(shape)](in, codes.data(), count, low, p);
        if (bytes == 1) toBytes(codes.data(), reinterpret_cast<std::uint8_t*>(narrow.data()), count);
        if (bytes == 2) toShorts(codes.data(), narrow.data(), count);
        const void* result = bytes < 4 ? static_cast<const void*>(narrow.data()) : codes.data();
        storeBlock(result, out, count * bytes, stores);
    }

    void wideBlock(const uint32_t* in, std::byte* out, size_t count, uint32_t low, const Parameters& p,
                   Stores stores) const {
        alignas(64) std::array<uint64_t, kBlock> codes;
        alignas(64) std::array<uint32_t, kBlock> narrow;
        (shape == Shape::exact ? everyModeExact : kernels.wide)(in, codes.data(), count, low, p);
        if (bytes == 4) toWords(codes.data(), narrow.data(), count);
        const void* result = bytes == 4 ? static_cast<const void*>(narrow.data()) : codes.data();
        storeBlock(result, out, count * bytes, stores);
    }

    /// For formats that the kernels do not handle.
    void oneByOne(std::span<const float> in, std::byte* codes, uint64_t index) const {
        RoundOptions own = options;
        own.index = index;
        for (const float x : in) {
            const uint64_t code = encode(format, static_cast<double>(x), own);
            std::memcpy(codes, &code, bytes);
            codes += bytes;
            ++own.index;
        }
    }
};

detail::ArrayEncoder::ArrayEncoder(const Format& f, const RoundOptions& options)
    : state_(new State{f, options, codeBytes(f), shapeOf(f, options.rounding), kernelsFor(options.rounding),
                       handles(f) ? parametersFor(f, options) : Parameters{}, handles(f)}) {}
detail::ArrayEncoder::~ArrayEncoder() = default;

void detail::ArrayEncoder::run(std::span<const float> in, std::byte* codes, uint64_t index, Stores stores) const {
    if (!state_->handled) return state_->oneByOne(in, codes, index);
    forEachKey(in.size(), index, [&](size_t begin, size_t count, uint64_t own) {
        state_->stretch(in.subspan(begin, count), codes + begin * state_->bytes, own, stores);
    });
    finishStores(stores);
}

std::size_t codeBytes(const Format& f) {
    for (const std::size_t bytes : {1, 2, 4})
        if (f.bits() <= static_cast<int>(8 * bytes)) return bytes;
    return 8;
}

void encodeArray(const Format& f, std::span<const float> in, std::span<std::byte> codes, const RoundOptions& options) {
    const detail::ArrayEncoder encoder(f, options);
    const size_t bytes = codeBytes(f);
    if (codes.size() != in.size() * bytes) std::abort();
    const Stores stores = storesFor(codes.size());
    inShares(in.size(), 1, [&](size_t begin, size_t count) {
        encoder.run(in.subspan(begin, count), codes.data() + begin * bytes, options.index + begin, stores);
    });
}

}  // namespace mantissa
