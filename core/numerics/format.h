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

/// What is stored beside the codes of a tensor and scales them. What a code stands for by itself is the element's
/// value.
enum class Scaling {
    none,    ///< nothing: a code is a value. Integers in a network take one scale s for many codes: q·s (symmetric)
    affine,  ///< integers with a scale s and a zero point z: (q − z)·s (Jacob et al. 2018, equation 1)
    mx,      ///< blocks of 32 that share an E8M0 scale (OCP MX v1.0, clause 5.2)
    nvfp4    ///< blocks of 16 that share an E4M3 scale, and one FP32 scale a tensor (NVIDIA 2025, arXiv 2509.25149)
};

/// A number format as data. Every limit is derived from these fields.
struct Format {
    std::string name;   ///< canonical, lower case: "bf16", "e4m3", "e6m9", "int8", "mxfp4"
    std::string title;  ///< as the window writes it: "BF16", "FP8 E4M3", "e6m9", "INT8", "MXFP4"
    FormatKind kind = FormatKind::floating;
    int signBits = 1;
    int exponentBits = 8;
    int fractionBits = 23;  ///< for integers: the value bits
    int bias = 127;
    Specials specials = Specials::ieee;
    bool subnormals = true;
    int storageBits = 32;  ///< bits an element takes in memory; TF32 uses 19 of 32
    Scaling scaling = Scaling::none;
    int blockSize = 0;  ///< elements to a block's scale; 0 where there are no blocks

    int bits() const { return signBits + exponentBits + fractionBits; }
    bool operator==(const Format&) const = default;
};

/// The formats known by name whose codes are values, in the order the window shows them: fp64 fp32 tf32 fp16 bf16 …
std::span<const Format> knownFormats();

/// The formats known by name that need scales beside their codes: int8-affine int4-affine mxfp8e4m3 … nvfp4. What takes
/// or gives single codes (encode, decode, roundTo, roundArray, ulp, …) sees only their elements; block_array.h and
/// affine.h quantise whole arrays.
std::span<const Format> scaledFormats();

/// Finds a format by any of its spellings ("bf16", "BFloat16", "half", "e4m3fn", "mxfp4"); nothing if unknown.
/// A custom format is spelt eXmY[bBIAS][ieee|fn|fnuz|f][nosub], 1 ≤ X ≤ 11 and 0 ≤ Y ≤ 52: "e6m9", "e4m3b11fnuz",
/// "e8m7nosub". The word says which codes are special: "ieee", infinities and NaNs in the top exponent; "fn", no
/// infinity and one NaN of each sign, all ones (none where OCP's format of this shape has none); "fnuz", one NaN, in
/// place of −0, and the bias one larger; "f", every code finite. Without a word it is OCP's format where that has this
/// shape ("e4m3" is fn, "e2m1" is f), else IEEE-like. "nosub" leaves the subnormals out. Every value must fit in FP64.
std::optional<Format> findFormat(std::string_view name);

/// For code that names a known format itself: as findFormat, but a name that is not known ends the program.
const Format& format(std::string_view name);

/// The format of a code by itself, without scales: E2M1 of MXFP4, INT8 of INT8 affine; the format itself where nothing
/// scales it.
const Format& elementOf(const Format& format);

/// The format of a block's scale, E8M0 or E4M3; null where there are no blocks.
const Format* scaleOf(const Format& format);

/// Bits that each value of a parameter or buffer with so many dimensions takes. Formats with scales hold matrices and
/// the like; what has fewer than two dimensions (biases, normalisation) stays FP32 in them.
int parameterBits(const Format& format, std::size_t dimensions);

/// Derived limits (IEEE 754-2019 clause 3.3; OCP MX v1.0 and OFP8 for the small formats). For formats in blocks, those
/// of an element times a scale, NVFP4's scale of the tensor being 1; codes, NaNs and infinities are an element's.
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
