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

/// What is lost when a finite typed value becomes the finite `stored.value`.
void addError(StoredValue& stored, const Rational& typed, const Format& format) {
    const Rational error = ExactValue::fromDouble(stored.value).value() - typed;
    stored.error = ExactValue::fromSigned(error).nearestDouble();
    // What is stored for 0 is 0, so there is nothing to divide.
    stored.relativeError = error.is_zero() ? 0 : ExactValue::fromSigned(error / abs(typed)).nearestDouble();
    const Rational unit = ExactValue::fromDouble(ulp(format, stored.value)).value();
    stored.ulps = ExactValue(false, abs(error) / unit).nearestDouble();
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
        addError(stored, value_->value(), format);
        stored.exact = stored.error == 0 && std::signbit(stored.value) == value_->negative();
    } else {
        const double typed = nearestDouble();
        stored.exact = !value_->isFinite() && stored.value == typed;
        stored.error = stored.exact ? 0 : stored.value - (value_->isFinite() ? 0 : typed);
        stored.relativeError = stored.exact ? 0 : value_->isFinite() ? stored.error : kNan;
        stored.ulps = std::abs(stored.error);
    }
    return stored;
}

double TypedValue::nearestDouble() const { return value_->nearestDouble(); }

}  // namespace mantissa
