#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "numerics/format.h"
#include "numerics/rounding.h"

namespace mantissa {

/// An integer code q stands for (q − zeroPoint) × scale (Jacob et al. 2018, equation 1). Symmetric quantisation has
/// zero point 0.
struct Affine {
    float scale = 1;  ///< positive; it and its reciprocal finite
    int zeroPoint = 0;
};

/// Scale for values between −`largest` and `largest`, which stays exact: largest / largest code. 1 where there is no
/// usable one, for 0.
Affine symmetricFor(const Format& integer, float largest);

/// Scale and zero point for values between `low` and `high`, widened to hold 0, which then has a code of its own (Jacob
/// et al. 2018, section 3.1): (high − low) / (codes − 1), and the code nearest to where 0 lies.
Affine affineFor(const Format& integer, float low, float high);

/// Whether a scale is positive and finite, and its reciprocal too.
bool isUsableScale(float scale);

/// The code of an integer format nearest to a value that is no NaN: q = round(value × (1 / scale) + zeroPoint), clamped
/// to the format, every step in float32, as torch.quantize_per_tensor reckons.
std::uint64_t affineCode(const Format& integer, float value, const Affine& affine, const RoundOptions& options = {});
/// (q − zeroPoint) × scale, in float32.
float affineValue(const Format& integer, std::uint64_t code, const Affine& affine);

/// The nearest value that a code of an integer format stands for: affineValue of affineCode. NaN stays NaN; infinities
/// clamp.
float roundAffine(const Format& integer, float value, const Affine& affine, const RoundOptions& options = {});

/// roundAffine for every element, as roundArray. A format that is no integer or a bad scale is a programming error and
/// ends the program.
void roundArrayAffine(const Format& integer, std::span<const float> in, std::span<float> out, const Affine& affine,
                      const RoundOptions& options = {});

/// The codes themselves, codeBytes(integer) each (code_array.h). NaN, which no code stands for, takes the zero point's.
void encodeArrayAffine(const Format& integer, std::span<const float> in, std::span<std::byte> codes,
                       const Affine& affine, const RoundOptions& options = {});

/// (q − zeroPoint) × scale of every code, in float32.
void decodeArrayAffine(const Format& integer, std::span<const std::byte> codes, std::span<float> out,
                       const Affine& affine);

}  // namespace mantissa
