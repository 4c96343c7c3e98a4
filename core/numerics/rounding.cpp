#include "numerics/rounding.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "numerics/rounding_internal.h"

// Policy, the same for one value and for arrays:
//  * NaN becomes the format's quiet NaN with the sign kept. A format without NaN gives 0 of that sign; an IEEE-like
//    format without fraction bits has no NaN code either and gives infinity.
//  * ±∞ stays infinite where the format has infinities and overflow is "standard"; else it overflows like any finite
//    value.
//  * −0 stays −0 where the format has it (not FNUZ, integers, E8M0). E8M0 has no zero and no sign: 0 and negatives give
//    NaN.
//  * Rounding happens once, as if the exponent had no upper bound; what then exceeds the largest finite value
//    overflows. So the tie 464 of E4M3 still gives 448, and 65519.99 of FP16 gives 65504.
//  * Overflow "standard": infinity, else NaN (E4M3, FNUZ, E8M0), else the largest finite value (FP6, FP4, integers).
//    Directed modes that point back to the range (toward zero, up for negative values, down for positive ones) give the
//    largest finite value, as IEEE 754-2019 clause 7.4 asks; so does to-odd, which the standard does not know: the
//    largest value's significand is odd in IEEE's formats. "saturate": always the largest finite value of that sign.
//  * Nearest-even breaks ties by the last bit of the significand. E8M0's only significand is 1, odd, so its ties go up.
//  * Integers: the value is rounded to an integer and clamped to the range; NaN gives 0.
//  * Below the smallest positive value the neighbours are it and 0, except for E8M0, which gives its smallest.

namespace mantissa {
namespace {

using detail::Quotient;

/// |value| as significand × 2^exponent, significand < 2^53. Value is finite and not zero.
struct Decomposed {
    std::uint64_t significand;
    int exponent;
};

Decomposed decompose(double value) {
    const auto bits = std::bit_cast<std::uint64_t>(value);
    const std::uint64_t fraction = bits & ((std::uint64_t{1} << 52) - 1);
    const int field = static_cast<int>((bits >> 52) & 0x7FF);
    if (field == 0) return {fraction, -1074};
    return {fraction | (std::uint64_t{1} << 52), field - 1075};
}

/// significand × 2^(−shift). A whole part past 2^63 is given as 2^63: only integers meet it, and they clamp far below.
Quotient divide(std::uint64_t significand, int shift) {
    constexpr std::uint64_t kHuge = std::uint64_t{1} << 63;
    if (shift <= 0)
        return {.whole = -shift > 63 - static_cast<int>(std::bit_width(significand)) ? kHuge : significand << -shift};
    const std::uint64_t whole = shift > 63 ? 0 : significand >> shift;
    const std::uint64_t remainder = shift > 63 ? significand : significand & ((std::uint64_t{1} << shift) - 1);
    if (shift <= 32) return {whole, static_cast<std::uint32_t>(remainder << (32 - shift)), false};
    const int below = shift - 32;  // how many remainder bits do not fit into `leading`
    const std::uint64_t leading = below > 63 ? 0 : remainder >> below;
    return {whole, static_cast<std::uint32_t>(leading), below > 63 ? remainder != 0 : (leading << below) != remainder};
}

/// The quotient as an integer. `negative` matters for the directed modes.
std::uint64_t roundQuotient(const Quotient& q, bool negative, const RoundOptions& options) {
    constexpr std::uint32_t kHalf = std::uint32_t{1} << 31;
    const bool inexact = q.leading != 0 || q.sticky;
    const bool tie = q.leading == kHalf && !q.sticky;
    const bool aboveHalf = q.leading >= kHalf && !tie;
    switch (options.rounding) {
        case Rounding::nearestEven:
            return q.whole + (aboveHalf || (tie && (q.whole & 1)));
        case Rounding::nearestAway:
            return q.whole + (aboveHalf || tie);
        case Rounding::towardZero:
            return q.whole;
        case Rounding::up:
            return q.whole + (inexact && !negative);
        case Rounding::down:
            return q.whole + (inexact && negative);
        case Rounding::toOdd:
            return q.whole | (inexact ? 1 : 0);
        case Rounding::stochastic:
            // Up with probability leading / 2^32, which is exact for every FP32 value and every quantum above 2^-32 of
            // it.
            return q.whole + (q.leading > ~detail::randomBits(options.seed, options.index));
    }
    return q.whole;
}

struct Layout {
    std::uint64_t signMask, fractionMask;
    int topField;  // largest exponent field of a finite value
    std::uint64_t topFraction;
    int lowField;  // exponent field of the smallest normal value
};

Layout layoutOf(const Format& f) {
    Layout l{};
    l.signMask = f.signBits ? std::uint64_t{1} << (f.bits() - 1) : 0;
    l.fractionMask = (std::uint64_t{1} << f.fractionBits) - 1;
    l.topField = (1 << f.exponentBits) - 1;
    l.topFraction = l.fractionMask;
    l.lowField = f.signBits ? 1 : 0;  // without a sign there is no zero either, and field 0 is a normal value's
    if (f.specials == Specials::ieee || (f.specials == Specials::allOnesNan && f.fractionBits == 0))
        --l.topField;
    else if (f.specials == Specials::allOnesNan)
        --l.topFraction;
    return l;
}

bool hasZero(const Format& f) { return f.signBits == 1; }

std::uint64_t assemble(const Format& f, bool negative, int field, std::uint64_t fraction) {
    return (negative ? layoutOf(f).signMask : 0) | (static_cast<std::uint64_t>(field) << f.fractionBits) | fraction;
}

std::uint64_t largestCode(const Format& f, bool negative) {
    const Layout l = layoutOf(f);
    return assemble(f, negative, l.topField, l.topFraction);
}

std::uint64_t infinityCode(const Format& f, bool negative) {
    return assemble(f, negative, (1 << f.exponentBits) - 1, 0);
}

std::uint64_t nanCode(const Format& f, bool negative) {
    const int allOnes = (1 << f.exponentBits) - 1;
    switch (f.specials) {
        case Specials::ieee:
            return assemble(f, negative, allOnes, f.fractionBits ? std::uint64_t{1} << (f.fractionBits - 1) : 0);
        case Specials::allOnesNan:
            return assemble(f, negative, allOnes, layoutOf(f).fractionMask);
        case Specials::negativeZeroNan:
            return layoutOf(f).signMask;
        case Specials::none:
            return negative ? layoutOf(f).signMask : 0;
    }
    return 0;
}

/// The directed modes that point back into the range never leave it (IEEE 754-2019 clause 7.4), nor does to-odd.
bool staysFinite(Rounding rounding, bool negative) {
    return rounding == Rounding::towardZero || rounding == Rounding::toOdd || (rounding == Rounding::up && negative) ||
           (rounding == Rounding::down && !negative);
}

std::uint64_t zeroCode(const Format& f, bool negative) {
    return negative && f.specials != Specials::negativeZeroNan ? layoutOf(f).signMask : 0;
}

std::uint64_t overflowCode(const Format& f, bool negative, Overflow overflow) {
    if (overflow == Overflow::saturate || clamps(f)) return largestCode(f, negative);
    if (f.specials == Specials::ieee) return infinityCode(f, negative);
    return nanCode(f, negative);
}

/// NaN, infinities and zeros of a floating-point format.
std::uint64_t encodeSpecial(const Format& f, double value, Overflow overflow) {
    const bool negative = std::signbit(value);
    if (std::isnan(value)) return nanCode(f, negative);
    if (!hasZero(f) && (negative || value == 0)) return nanCode(f, false);
    if (std::isinf(value)) return overflowCode(f, negative, overflow);
    return zeroCode(f, negative);
}

std::uint64_t encodeFloating(const Format& f, bool negative, const Quotient& quotient, int quantum,
                             const RoundOptions& options) {
    if (negative && !hasZero(f)) return nanCode(f, false);
    const Layout l = layoutOf(f);
    const int lowest = l.lowField - f.bias;  // exponent of the smallest normal value
    std::uint64_t k = roundQuotient(quotient, negative, options);
    if (k == 0) return hasZero(f) ? zeroCode(f, negative) : 0;
    if (!f.subnormals && quantum == lowest && quotient.whole == 0) return assemble(f, negative, l.lowField, 0);
    const auto beyond = [&] {
        return staysFinite(options.rounding, negative) ? largestCode(f, negative)
                                                       : overflowCode(f, negative, options.overflow);
    };
    if (k <= l.fractionMask) {
        // A format with one exponent bit may have subnormals only, and they end where its special values begin.
        return l.topField < l.lowField && k > l.topFraction ? beyond() : assemble(f, negative, 0, k);
    }
    if (k > 2 * l.fractionMask + 1) {  // the carry out of all ones
        k >>= 1;
        ++quantum;
    }
    const int field = quantum + f.fractionBits + f.bias;
    const std::uint64_t fraction = k & l.fractionMask;
    if (field > l.topField || (field == l.topField && fraction > l.topFraction)) return beyond();
    return assemble(f, negative, field, fraction);
}

std::uint64_t encodeInteger(const Format& f, bool negative, const Quotient& quotient, const RoundOptions& options) {
    const std::uint64_t high = (std::uint64_t{1} << f.fractionBits) - 1;
    const std::uint64_t largest = negative ? (f.signBits ? high + 1 : 0) : high;
    const std::uint64_t magnitude = std::min(roundQuotient(quotient, negative, options), largest);
    return (negative ? 0 - magnitude : magnitude) & ((std::uint64_t{1} << f.bits()) - 1);
}

/// Codes of a signed format in numeric order, as a signed number: negative codes below 0. −0 and +0 both give 0.
std::int64_t orderOf(const Format& f, std::uint64_t code) {
    if (f.kind == FormatKind::integer)
        return f.signBits ? static_cast<std::int64_t>(decode(f, code)) : static_cast<std::int64_t>(code);
    const std::uint64_t sign = layoutOf(f).signMask;
    auto magnitude = static_cast<std::int64_t>(code & ~sign);
    // Without subnormals the smallest normal value comes next to 0.
    if (!f.subnormals && hasZero(f))
        magnitude = std::max<std::int64_t>(magnitude - static_cast<std::int64_t>(layoutOf(f).fractionMask), 0);
    return sign != 0 && (code & sign) ? -magnitude : magnitude;
}

/// One step toward +∞ (direction 1) or −∞ (−1).
std::uint64_t step(const Format& f, std::uint64_t code, int direction) {
    const double value = decode(f, code);
    if (std::isnan(value)) return code;
    if (f.kind == FormatKind::integer) return encode(f, value + direction);
    const std::uint64_t sign = layoutOf(f).signMask;
    const std::uint64_t one =
        f.subnormals ? 1 : std::uint64_t{1} << f.fractionBits;  // the smallest positive value's code
    const bool toward = direction > 0;
    if (value == 0 && hasZero(f)) return toward ? one : (sign | one);
    const bool negative = value < 0;
    const bool grows = negative != toward;
    const std::uint64_t magnitude = code & ~sign;
    if (grows) {
        const bool atTop = magnitude == (largestCode(f, false));
        if (std::isinf(value) || (atTop && f.specials != Specials::ieee)) return code;
        if (atTop) return infinityCode(f, negative);
        return code + 1;
    }
    if (std::isinf(value)) return largestCode(f, negative);
    if (!hasZero(f)) return magnitude == 0 ? code : code - 1;
    if (magnitude == one) return negative && f.specials != Specials::negativeZeroNan ? sign : 0;
    return code - 1;
}

}  // namespace

bool clamps(const Format& f) { return f.specials == Specials::none; }

int detail::quantumAt(const Format& f, int binade) {
    if (f.kind == FormatKind::integer) return 0;
    const int lowest = layoutOf(f).lowField - f.bias;
    // Without subnormals the whole gap between 0 and the smallest normal value is one step.
    if (binade < lowest && !f.subnormals) return lowest;
    return std::max(binade, lowest) - f.fractionBits;
}

std::uint64_t detail::encodeQuotient(const Format& f, bool negative, const Quotient& quotient, int quantum,
                                     const RoundOptions& options) {
    return f.kind == FormatKind::integer ? encodeInteger(f, negative, quotient, options)
                                         : encodeFloating(f, negative, quotient, quantum, options);
}

std::uint64_t encode(const Format& f, double value, const RoundOptions& options) {
    if (f.kind == FormatKind::integer) {
        if (std::isnan(value) || value == 0) return 0;
        if (std::isinf(value)) return encodeInteger(f, value < 0, {.whole = std::uint64_t{1} << 63}, options);
    } else if (!std::isfinite(value) || value == 0) {
        return encodeSpecial(f, value, options.overflow);
    }
    const auto [significand, exponent] = decompose(value);
    const int binade = exponent + static_cast<int>(std::bit_width(significand)) - 1;
    const int quantum = detail::quantumAt(f, binade);
    return detail::encodeQuotient(f, std::signbit(value), divide(significand, quantum - exponent), quantum, options);
}

double decode(const Format& f, std::uint64_t code) {
    if (f.bits() < 64) code &= (std::uint64_t{1} << f.bits()) - 1;
    if (f.kind == FormatKind::integer) {
        const double value = static_cast<double>(code);
        const bool negative = f.signBits && (code >> (f.bits() - 1));
        return negative ? value - std::ldexp(1.0, f.bits()) : value;
    }
    const Layout l = layoutOf(f);
    const bool negative = (code & l.signMask) != 0;
    const int field = static_cast<int>((code & ~l.signMask) >> f.fractionBits);
    const std::uint64_t fraction = code & l.fractionMask;
    constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
    const int allOnes = (1 << f.exponentBits) - 1;
    if (f.specials == Specials::ieee && field == allOnes) {
        if (fraction != 0) return std::copysign(kNan, negative ? -1.0 : 1.0);
        return negative ? -INFINITY : INFINITY;
    }
    if (f.specials == Specials::allOnesNan && field == allOnes && fraction == l.fractionMask)
        return std::copysign(kNan, negative ? -1.0 : 1.0);
    if (f.specials == Specials::negativeZeroNan && code == l.signMask) return kNan;
    double magnitude = 0;
    if (field >= l.lowField)
        magnitude = std::ldexp(static_cast<double>(fraction | (std::uint64_t{1} << f.fractionBits)),
                               field - f.bias - f.fractionBits);
    else if (f.subnormals)
        magnitude = std::ldexp(static_cast<double>(fraction), 1 - f.bias - f.fractionBits);
    return negative ? -magnitude : magnitude;
}

double roundTo(const Format& f, double value, const RoundOptions& options) {
    return decode(f, encode(f, value, options));
}

std::string_view roundingName(Rounding rounding) {
    for (const auto& entry : kRoundingNames)
        if (entry.rounding == rounding) return entry.name;
    return "";
}

NumberClass classify(const Format& f, std::uint64_t code) {
    const double value = decode(f, code);
    if (std::isnan(value)) return NumberClass::nan;
    if (std::isinf(value)) return NumberClass::infinity;
    if (value == 0) return NumberClass::zero;
    return f.kind == FormatKind::floating && std::abs(value) < detail::elementLimits(f).minNormal
               ? NumberClass::subnormal
               : NumberClass::normal;
}

std::string_view className(NumberClass numberClass) {
    switch (numberClass) {
        case NumberClass::zero:
            return "zero";
        case NumberClass::subnormal:
            return "subnormal";
        case NumberClass::normal:
            return "normal";
        case NumberClass::infinity:
            return "infinity";
        case NumberClass::nan:
            return "nan";
    }
    return "";
}

std::uint64_t nextUp(const Format& f, std::uint64_t code) { return step(f, code, 1); }
std::uint64_t nextDown(const Format& f, std::uint64_t code) { return step(f, code, -1); }

double ulp(const Format& f, double value) {
    if (f.kind == FormatKind::integer) return 1;
    if (std::isnan(value)) return std::numeric_limits<double>::quiet_NaN();
    const FormatLimits l = detail::elementLimits(f);
    const double magnitude = std::min(std::abs(value), l.max);
    if (magnitude < l.minNormal) return l.minSubnormal;
    return std::ldexp(1.0, std::ilogb(magnitude) - f.fractionBits);
}

std::uint64_t ulpDistance(const Format& f, double a, double b) {
    // Where there is no infinity, overflow must not pass for NaN: the largest value is the nearest there is.
    const RoundOptions options{.overflow = f.specials == Specials::ieee ? Overflow::standard : Overflow::saturate};
    const std::uint64_t codeA = encode(f, a, options), codeB = encode(f, b, options);
    if (std::isnan(decode(f, codeA)) || std::isnan(decode(f, codeB))) return UINT64_MAX;
    const std::int64_t orderA = orderOf(f, codeA), orderB = orderOf(f, codeB);
    // Unsigned subtraction: the distance between −max and max of FP64 does not fit in a signed one.
    return orderA > orderB ? static_cast<std::uint64_t>(orderA) - static_cast<std::uint64_t>(orderB)
                           : static_cast<std::uint64_t>(orderB) - static_cast<std::uint64_t>(orderA);
}

}  // namespace mantissa
