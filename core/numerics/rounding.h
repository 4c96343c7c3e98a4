#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "numerics/format.h"

namespace mantissa {

/// IEEE 754-2019 clause 4.3, plus round-to-odd and stochastic.
enum class Rounding { nearestEven, nearestAway, towardZero, up, down, toOdd, stochastic };

/// What becomes of a value beyond the largest finite one.
enum class Overflow {
    standard,  ///< as the format's standard says: infinity, or NaN where there is no infinity, or the largest where
               ///< neither
    saturate   ///< the largest finite value of that sign
};

/// The names that the command line and JSON use.
struct RoundingName {
    Rounding rounding;
    std::string_view name;
};
inline constexpr RoundingName kRoundingNames[] = {{Rounding::nearestEven, "nearest-even"},
                                                  {Rounding::nearestAway, "nearest-away"},
                                                  {Rounding::towardZero, "toward-zero"},
                                                  {Rounding::up, "up"},
                                                  {Rounding::down, "down"},
                                                  {Rounding::toOdd, "to-odd"},
                                                  {Rounding::stochastic, "stochastic"}};

/// "nearest-even" and the like.
std::string_view roundingName(Rounding rounding);

struct RoundOptions {
    Rounding rounding = Rounding::nearestEven;
    Overflow overflow = Overflow::standard;
    std::uint64_t seed = 42;  ///< stochastic rounding only
    std::uint64_t index =
        0;  ///< stochastic rounding only: position of the element, so that results do not depend on threads
};

/// Whether what lies beyond the largest value becomes the largest, as the format's standard says, for want of an
/// infinity and a NaN.
bool clamps(const Format& format);

/// The code of `value` in `format`, in the low bits. Policy for NaN, infinities, −0, ties and overflow: see
/// rounding.cpp.
std::uint64_t encode(const Format& format, double value, const RoundOptions& options = {});

/// The value of a code; exact for every format here, since each fits in FP64.
double decode(const Format& format, std::uint64_t code);

/// decode(encode(value)): the nearest representable value.
double roundTo(const Format& format, double value, const RoundOptions& options = {});

/// Rounds every element to a representable value: bit by bit what roundTo gives, as float32, for element i with index
/// options.index + i. Values that float32 has not (int32's largest; those of e9m5 and wider beyond 2^128) become its
/// nearest, which may be an infinity. `out` may be `in`, and must not overlap it otherwise; unequal sizes are a
/// programming error and end the program. Threaded for large arrays; the result does not depend on how many threads
/// there are.
void roundArray(const Format& format, std::span<const float> in, std::span<float> out,
                const RoundOptions& options = {});

/// The neighbouring code toward +∞ or −∞; the same code at the end of the range and for NaN. −0 and +0 count as one
/// step apart from their neighbours, never from each other.
std::uint64_t nextUp(const Format& format, std::uint64_t code);
std::uint64_t nextDown(const Format& format, std::uint64_t code);

/// What a code stands for (IEEE 754-2019 clause 5.7.2, without signs and without telling NaNs apart).
enum class NumberClass { zero, subnormal, normal, infinity, nan };
NumberClass classify(const Format& format, std::uint64_t code);
std::string_view className(NumberClass numberClass);

/// Size of one unit in the last place of `format` at `value` (Goldberg 1991): 2^(e − fractionBits), that of the
/// subnormals near 0.
double ulp(const Format& format, double value);

/// How many steps from one representable value to the next lie between a and b after both are rounded to `format`; ±0
/// are the same. What overflows counts as infinity, or as the largest value where there is none. UINT64_MAX where
/// either is NaN.
std::uint64_t ulpDistance(const Format& format, double a, double b);

}  // namespace mantissa
