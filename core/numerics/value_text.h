#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "numerics/affine.h"
#include "numerics/format.h"
#include "numerics/rounding.h"
#include "result.h"

namespace mantissa {

/// A typed value, kept exactly (a rational number, or an infinity, NaN or −0), so that the error of FP64 itself can be
/// shown.
class ExactValue;

/// Shortest decimal text that reads back to the same FP64; "inf", "-inf", "nan", "-0".
std::string shortestText(double value);

/// Every digit of the exact decimal expansion of an FP64, without exponent where it has at most `maxPlainDigits`
/// digits, else d.ddd…e±x.
std::string exactDecimalText(double value, int maxPlainDigits = 60);

/// A text that TypedValue::parse reads back to exactly this value, not only to this FP64: its decimal expansion where
/// that is short, else a hexadecimal float.
std::string exactInputText(double value);

/// A code in hexadecimal, with as many digits as the format's bits need: "3dcd", "1d", "0".
std::string codeText(const Format& format, std::uint64_t code);

/// A code in binary, its fields apart: "0 01111011 1001101", an integer's sign and value "0 0001101".
std::string bitText(const Format& format, std::uint64_t code);

/// A typed value as one format stores it.
struct StoredValue {
    std::uint64_t code = 0;
    double value = 0;  ///< exact
    /// Stored − typed, rounded once to FP64; ±∞ where it overflowed to infinity; NaN where undefined. An error that
    /// FP64 would round to 0 is its smallest number instead, here and below: only what is exact has error 0.
    double error = 0;
    double relativeError = 0;  ///< error / |typed|; NaN where undefined
    double ulps = 0;           ///< |error| in ULPs of the format at the stored value
    bool exact =
        false;  ///< stored as typed, the sign of zero included; NaN counts as stored where the format has a NaN
};

/// A number as a person types it, kept exactly until a format stores it.
///
/// Understood: `0.1`, `1e-8`, `pi`, `inf`, `nan`, `-0`; `max`, `min` (smallest positive normal value; an integer's
/// lowest) and `eps` of `selected`; `0x3dcd` and `0b…` as bits of `selected`; `bf16:3dcd` (any format's name) as bits
/// of that format; hexadecimal floats `0x1.8p-3`; and + − * / ^ with parentheses over these (`1/3`, `2^-24`), the
/// exponent of ^ an integer. `_` may group binary and hexadecimal digits, spaces the thousands of a decimal number
/// (`65 504`). Upper case and π ∞ − × are understood too.
class TypedValue {
  public:
    /// Errors (ErrorCode::invalidArgument) name the character that is not understood and its place, counted from 1.
    /// Values whose exact fraction needs more than 65536 bits are refused.
    static Result<TypedValue> parse(std::string_view text, const Format& selected);
    static TypedValue fromDouble(double value);

    /// Correctly rounded from the exact typed value, once: never through FP64.
    StoredValue storedIn(const Format& format, const RoundOptions& options = {}) const;
    /// As a code of an integer format with a scale and a zero point (affine.h): what torch.quantize_per_tensor makes of
    /// the nearest float32. `ulps` counts steps, which are the scale.
    StoredValue quantisedIn(const Format& integer, const Affine& affine, const RoundOptions& options = {}) const;
    /// The nearest FP64, ties to even; infinite beyond its range.
    double nearestDouble() const;

  private:
    explicit TypedValue(ExactValue value);
    std::shared_ptr<const ExactValue> value_;
};

}  // namespace mantissa
