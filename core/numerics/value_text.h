#pragma once

#include <string>
#include <string_view>

#include "numerics/format.h"
#include "numerics/rounding.h"
#include "result.h"

namespace mantissa {

/// A typed value, kept exactly (a rational number, or an infinity, NaN or −0), so that the error of FP64 itself can be shown.
class ExactValue;

/// Shortest decimal text that reads back to the same FP64; "inf", "-inf", "nan", "-0".
std::string shortestText(double value);

/// Every digit of the exact decimal expansion of an FP64, without exponent where it has at most `maxPlainDigits` digits, else d.ddd…e±x.
std::string exactDecimalText(double value, int maxPlainDigits = 60);

/// A typed value as one format stores it.
struct StoredValue {
    std::uint64_t code = 0;
    double value = 0;          ///< exact
    double error = 0;          ///< stored − typed; NaN where undefined
    double relativeError = 0;  ///< error / |typed|; NaN where undefined
    double ulps = 0;           ///< |error| in ULPs of the format at the stored value
    bool exact = false;
};

/// Reads `0.1`, `1e-8`, `1/3`, `2^-24`, `pi`, `max`, `min`, `eps`, `inf`, `nan`, `-0`, `0x1.8p-3`, `f32:3dcccccd`, and, as bits of
/// `selected`, `0x3dcd` and `0b…`. Errors say which character is not understood.
class TypedValue {
  public:
    static Result<TypedValue> parse(std::string_view text, const Format& selected);
    static TypedValue fromDouble(double value);

    TypedValue(const TypedValue&);
    TypedValue(TypedValue&&) noexcept;
    TypedValue& operator=(TypedValue);
    ~TypedValue();

    /// Correctly rounded from the exact typed value, once: never through FP64.
    StoredValue storedIn(const Format& format, const RoundOptions& options = {}) const;
    double nearestDouble() const;

  private:
    explicit TypedValue(ExactValue* value);
    ExactValue* value_;
};

}  // namespace mantissa
