#include "numerics/value_text.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "numerics/exact_value.h"
#include "numerics/value_parser.h"

namespace mantissa {
namespace {

using boost::multiprecision::cpp_int;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// "inf", "nan", "-0" and the like; empty for other values.
std::string specialText(double value) {
    if (std::isnan(value)) return "nan";
    const std::string sign = std::signbit(value) ? "-" : "";
    if (std::isinf(value)) return sign + "inf";
    return value == 0 ? sign + "0" : "";
}

/// The nearest FP64, but never 0 for what is not 0.
double nearestNonzero(const Rational& value) {
    const double nearest = ExactValue::fromSigned(value).nearestDouble();
    if (nearest != 0 || value.is_zero()) return nearest;
    return std::copysign(std::numeric_limits<double>::denorm_min(), value < 0 ? -1 : 1);
}

/// What is lost when a finite typed value becomes the finite `stored.value`; steps of the format are `unit` wide there.
void addError(StoredValue& stored, const ExactValue& typed, double unit) {
    const Rational error = ExactValue::fromDouble(stored.value).value() - typed.value();
    if (error.is_zero()) {
        stored.exact = std::signbit(stored.value) == typed.negative();
        return;
    }
    stored.error = nearestNonzero(error);
    // Integers with a scale may store something else for 0.
    stored.relativeError = typed.value().is_zero() ? kNan : nearestNonzero(error / abs(typed.value()));
    stored.ulps = nearestNonzero(abs(error) / ExactValue::fromDouble(unit).value());
}

}  // namespace

std::string shortestText(double value) {
    if (const auto special = specialText(value); !special.empty()) return special;
    std::array<char, 32> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    return {text.data(), end};
}

std::string exactDecimalText(double value, int maxPlainDigits) {
    if (const auto special = specialText(value); !special.empty()) return special;
    const Rational exact = ExactValue::fromDouble(std::abs(value)).value();
    // The denominator is a power of two: n / 2^k = n·5^k / 10^k.
    const int decimals = static_cast<int>(msb(denominator(exact)));
    std::string digits = cpp_int(numerator(exact) * pow(cpp_int(5), static_cast<unsigned>(decimals))).str();
    const int beforePoint = static_cast<int>(digits.size()) - decimals;  // not positive when zeros follow the point
    const std::string sign = value < 0 ? "-" : "";
    const int plainDigits = static_cast<int>(digits.size()) + (beforePoint > 0 ? 0 : 1 - beforePoint);
    if (plainDigits <= maxPlainDigits) {
        if (decimals == 0) return sign + digits;
        if (beforePoint > 0) return sign + digits.insert(static_cast<std::size_t>(beforePoint), 1, '.');
        return sign + "0." + std::string(static_cast<std::size_t>(-beforePoint), '0') + digits;
    }
    digits.erase(digits.find_last_not_of('0') + 1);
    if (digits.size() > 1) digits.insert(1, 1, '.');
    const int exponent = beforePoint - 1;
    return sign + digits + (exponent < 0 ? "e-" : "e+") + std::to_string(std::abs(exponent));
}

std::string exactInputText(double value) {
    constexpr int kShortDigits = 32;
    const std::string decimal = exactDecimalText(value, kShortDigits);
    if (!std::isfinite(value) || decimal.size() <= kShortDigits + 2) return decimal;
    std::array<char, 32> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), std::abs(value), std::chars_format::hex).ptr;
    return (value < 0 ? "-0x" : "0x") + std::string(text.data(), end);
}

std::string codeText(const Format& format, std::uint64_t code) {
    std::array<char, 16> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), code, 16).ptr;
    const auto width = static_cast<std::size_t>((format.bits() + 3) / 4);
    std::string digits(text.data(), end);
    if (digits.size() < width) digits.insert(0, width - digits.size(), '0');
    return digits;
}

std::string bitText(const Format& format, std::uint64_t code) {
    std::string text;
    int bit = format.bits();
    for (const int field : {format.signBits, format.exponentBits, format.fractionBits}) {
        if (field > 0 && !text.empty()) text += ' ';
        for (int i = 0; i < field; ++i) text += (code >> --bit) & 1 ? '1' : '0';
    }
    return text;
}

TypedValue::TypedValue(ExactValue value) : value_(std::make_shared<const ExactValue>(std::move(value))) {}

TypedValue TypedValue::fromDouble(double value) { return TypedValue(ExactValue::fromDouble(value)); }

Result<TypedValue> TypedValue::parse(std::string_view text, const Format& selected) {
    auto value = parseValue(text, selected);
    if (!value) return std::move(value).error();
    return TypedValue(*std::move(value));
}

StoredValue TypedValue::storedIn(const Format& format, const RoundOptions& options) const {
    StoredValue stored;
    stored.code = value_->encodedIn(format, options);
    stored.value = decode(format, stored.code);
    if (std::isnan(stored.value) || value_->kind() == ExactValue::Kind::nan) {
        stored.exact = std::isnan(stored.value) && value_->kind() == ExactValue::Kind::nan;
        stored.error = stored.relativeError = stored.ulps = kNan;
    } else if (value_->isFinite() && std::isfinite(stored.value)) {
        addError(stored, *value_, ulp(format, stored.value));
    } else {
        const double typed = nearestDouble();
        stored.exact = !value_->isFinite() && stored.value == typed;
        stored.error = stored.exact ? 0 : stored.value - (value_->isFinite() ? 0 : typed);
        stored.relativeError = stored.exact ? 0 : value_->isFinite() ? stored.error : kNan;
        stored.ulps = std::abs(stored.error);
    }
    return stored;
}

StoredValue TypedValue::quantisedIn(const Format& f, const Affine& affine, const RoundOptions& options) const {
    const Format& fp32 = mantissa::format("fp32");
    const auto typed = static_cast<float>(decode(fp32, value_->encodedIn(fp32, {})));
    StoredValue stored;
    // NaN, which no code stands for, takes the zero point's.
    stored.code = std::isnan(typed) ? encode(f, affine.zeroPoint) : affineCode(f, typed, affine, options);
    stored.value = static_cast<double>(affineValue(f, stored.code, affine));
    if (value_->isFinite()) {
        addError(stored, *value_, static_cast<double>(affine.scale));
        // Integers have one zero.
        stored.exact = stored.exact || (stored.value == 0 && value_->value().is_zero() && !value_->negative());
    } else {
        stored.error = stored.value - nearestDouble();
        stored.ulps = std::abs(stored.error);
        stored.relativeError = kNan;
    }
    return stored;
}

double TypedValue::nearestDouble() const { return value_->nearestDouble(); }

}  // namespace mantissa
