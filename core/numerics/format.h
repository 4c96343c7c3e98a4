#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mantissa {

enum class FormatKind {
    floating,  ///< (−1)^s × 1.f × 2^(e − bias), subnormals 0.f × 2^(1 − bias)
    integer    ///< two's complement, or unsigned when signBits is 0
};

/// Which codes are infinities and NaNs.
enum class Specials {
    ieee,             ///< IEEE 754-2019 clause 3.4: top exponent holds infinities (fraction 0) and NaNs
    allOnesNan,       ///< OCP E4M3 and E8M0: only all exponent and fraction bits 1 is NaN, no infinities
    negativeZeroNan,  ///< FNUZ: only the code of −0 is NaN, no infinities, no −0
    none              ///< OCP E3M2, E2M3, E2M1: every code is finite
};

/// A number format as data. Every limit is derived from these fields.
struct Format {
    std::string name;   ///< canonical, lower case: "bf16", "e4m3", "e6m9", "int8"
    std::string title;  ///< as the window writes it: "BF16", "FP8 E4M3", "e6m9", "INT8"
    FormatKind kind = FormatKind::floating;
    int signBits = 1;
    int exponentBits = 8;
    int fractionBits = 23;  ///< for integers: the value bits
    int bias = 127;
    Specials specials = Specials::ieee;
    bool subnormals = true;
    int storageBits = 32;  ///< bits an element takes in memory; TF32 uses 19 of 32

    int bits() const { return signBits + exponentBits + fractionBits; }
    bool operator==(const Format&) const = default;
};

/// The formats known by name, in the order the window shows them: fp64 fp32 tf32 fp16 bf16 e4m3 e5m2 …
std::span<const Format> knownFormats();

/// Finds a format by any of its spellings ("bf16", "BFloat16", "half", "e4m3fn", "e6m9"); nothing if unknown.
/// `eXmY` gives an IEEE-like custom format for 1 ≤ X ≤ 11, 0 ≤ Y ≤ 52.
std::optional<Format> findFormat(std::string_view name);

/// For code that names a known format itself: as findFormat, but a name that is not known ends the program.
const Format& format(std::string_view name);

/// Derived limits (IEEE 754-2019 clause 3.3; OCP MX v1.0 and OFP8 for the small formats).
struct FormatLimits {
    double max = 0;            ///< largest finite
    double minNormal = 0;      ///< smallest positive normal
    double minSubnormal = 0;   ///< smallest positive; equals minNormal without subnormals
    double epsilon = 0;        ///< gap between 1 and the next larger value
    double decimalDigits = 0;  ///< (fractionBits + 1) · log10(2)
    std::uint64_t codes = 0;   ///< 2^bits, saturating at 2^64 − 1
    std::uint64_t nans = 0;
    std::uint64_t infinities = 0;
    double dynamicRangeDb = 0;       ///< 20·log10(max / minSubnormal)
    double dynamicRangeBinades = 0;  ///< log2(max / minSubnormal)
};
FormatLimits limits(const Format& format);

}  // namespace mantissa
