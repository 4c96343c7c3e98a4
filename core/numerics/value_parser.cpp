#include "numerics/value_parser.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <optional>
#include <string>

#include "numerics/stated_limits.h"

// sum     = product { ("+" | "-") product }
// product = signed { ("*" | "/") signed }
// signed  = { "+" | "-" } power
// power   = atom [ "^" signed ]                       so 2^-24, and -2^2 is −4
// atom    = number | bits | name | "(" sum ")"

namespace mantissa {
namespace {

using boost::multiprecision::cpp_int;

constexpr std::size_t kLongestText = 4096;
constexpr int kDeepest = 64;        ///< nested parentheses and signs
constexpr int kMostBits = 1 << 16;  ///< of numerator and denominator; FP64 needs 2098

/// Thrown inside this file only, and caught by parseValue: a parser that unwinds reads better than one that checks
/// every call.
struct Misread {
    std::string message;
};

/// π to 1024 bits by Machin's formula, π = 16 arctan(1/5) − 4 arctan(1/239).
Rational pi() {
    constexpr int kBits = 1024, kGuard = 32;
    const auto arctanOfInverse = [](int x) {
        cpp_int power = (cpp_int(1) << (kBits + kGuard)) / x, sum = power;
        for (int n = 3; !power.is_zero(); n += 2) {
            power /= x * x;
            sum += n % 4 == 3 ? -cpp_int(power / n) : cpp_int(power / n);
        }
        return sum;
    };
    static const cpp_int scaled = (16 * arctanOfInverse(5) - 4 * arctanOfInverse(239)) >> kGuard;
    return Rational(scaled) * powerOfTwo(-kBits);
}

std::string lowerCase(std::string_view text) {
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
    return lower;
}

int digitValue(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return 99;
}

class Parser {
  public:
    Parser(std::string_view text, const Format& selected) : text_(text), selected_(selected) {}

    ExactValue parseAll() {
        const ExactValue value = sum();
        skipSpaces();
        if (at_ < text_.size()) notUnderstood();
        return value;
    }

  private:
    // Characters

    char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

    void skipSpaces() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
    }

    /// Takes `token` after spaces; `token` may be any of the given spellings.
    template <class... Spellings>
    bool take(Spellings... spellings) {
        skipSpaces();
        const auto takeOne = [&](std::string_view token) {
            if (!text_.substr(at_).starts_with(token)) return false;
            at_ += token.size();
            return true;
        };
        return (takeOne(spellings) || ...);
    }

    /// The character at `at`, all bytes of it, and its place counted in characters from 1.
    [[noreturn]] void notUnderstood(std::string_view expected = {}) const {
        const auto isContinuation = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; };
        std::string message;
        if (at_ >= text_.size()) {
            message = "the text ends where a number is expected";
        } else {
            std::size_t end = at_ + 1;
            while (end < text_.size() && isContinuation(text_[end])) ++end;
            const auto place = 1 + std::count_if(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(at_),
                                                 [&](char c) { return !isContinuation(c); });
            message = "character " + std::to_string(place) + ", “" + std::string(text_.substr(at_, end - at_)) +
                      "”, is not understood";
        }
        if (!expected.empty()) message += "; " + std::string(expected);
        throw Misread{message};
    }

    // Limits

    void deeper() {
        if (++depth_ > kDeepest)
            throw Misread{"parentheses and signs are nested more than " + std::to_string(kDeepest) + " deep"};
    }

    [[noreturn]] static void tooManyBits() {
        throw Misread{"the exact value needs more than " + std::to_string(kMostBits) +
                      " bits, which is beyond every format"};
    }

    static ExactValue bounded(const Rational& value) {
        const auto bits = [](const cpp_int& n) { return n.is_zero() ? 0 : static_cast<int>(msb(abs(n))) + 1; };
        if (bits(numerator(value)) > kMostBits || bits(denominator(value)) > kMostBits) tooManyBits();
        return ExactValue::fromSigned(value);
    }

    /// A product or quotient: zero has a sign, too (IEEE 754-2019 clause 6.3).
    static ExactValue withSign(bool negative, const Rational& value) {
        return ExactValue(negative, abs(bounded(value).value()));
    }

    // Grammar

    ExactValue sum() {
        ExactValue left = product();
        for (;;) {
            const bool plus = take("+");
            if (!plus && !take("-", "−")) return left;
            const ExactValue term = plus ? product() : product().negated();
            const Rational total = finite(left) + finite(term);
            // Only −0 and −0 make −0.
            left = total.is_zero() ? ExactValue(left.negative() && term.negative(), total) : bounded(total);
        }
    }

    ExactValue product() {
        ExactValue left = signedPower();
        for (;;) {
            if (take("*", "×", "·"))
                left = product(left, signedPower());
            else if (take("/", "÷"))
                left = quotient(left, signedPower());
            else
                return left;
        }
    }

    ExactValue signedPower() {
        deeper();
        const bool negative = take("-", "−");
        const bool isSigned = negative || take("+");
        const ExactValue value = isSigned ? signedPower() : power();
        --depth_;
        return negative ? value.negated() : value;
    }

    ExactValue power() {
        const ExactValue base = atom();
        if (!take("^")) return base;
        return raised(finite(base), finite(signedPower()));
    }

    ExactValue atom() {
        skipSpaces();
        if (take("(")) {
            const ExactValue value = sum();
            if (take(")")) return value;
            if (at_ >= text_.size()) throw Misread{"a closing parenthesis is missing"};
            notUnderstood("a closing parenthesis is expected");
        }
        if (take("π")) return ExactValue(false, pi());
        if (take("∞")) return ExactValue(false, ExactValue::Kind::infinite);
        const char c = peek();
        if (c == '0' && at_ + 1 < text_.size()) {
            const char radix = text_[at_ + 1];
            if (radix == 'x' || radix == 'X') return hexadecimal();
            if (radix == 'b' || radix == 'B') return bits(selected_, 2);
        }
        if (std::isdigit(static_cast<unsigned char>(c)) || c == '.') return decimal();
        if (std::isalpha(static_cast<unsigned char>(c))) return name();
        notUnderstood();
    }

    // Arithmetic

    static Rational finite(const ExactValue& value) {
        if (!value.isFinite()) throw Misread{"infinity and NaN stand alone; they cannot be reckoned with"};
        return value.value();
    }

    static ExactValue product(const ExactValue& left, const ExactValue& right) {
        return withSign(left.negative() != right.negative(), finite(left) * finite(right));
    }

    static ExactValue quotient(const ExactValue& left, const ExactValue& right) {
        const Rational divisor = finite(right);
        if (divisor.is_zero()) throw Misread{"the divisor is 0"};
        return withSign(left.negative() != right.negative(), finite(left) / divisor);
    }

    static ExactValue raised(const Rational& base, const Rational& exponent) {
        if (denominator(exponent) != 1) throw Misread{"the exponent of ^ must be an integer"};
        if (base.is_zero() && exponent < 0) throw Misread{"the divisor is 0"};
        if (base.is_zero()) return ExactValue(false, Rational(exponent.is_zero() ? 1 : 0));
        if (abs(base) == 1) return ExactValue(base < 0 && bit_test(abs(numerator(exponent)), 0), Rational(1));
        if (abs(exponent) > kMostBits) tooManyBits();
        const auto times = static_cast<unsigned>(cpp_int(abs(numerator(exponent))));
        const cpp_int above = abs(numerator(base)), below = denominator(base);
        if (std::uint64_t{times} * std::max(msb(above), msb(below)) > kMostBits) tooManyBits();
        const cpp_int high = pow(above, times), low = pow(below, times);
        const Rational magnitude = exponent < 0 ? Rational(low, high) : Rational(high, low);
        return bounded(base < 0 && (times & 1) ? -magnitude : magnitude);
    }

    // Numbers

    /// Digits of `radix` from here on, appended to `digits`.
    void takeDigits(int radix, std::string& digits) {
        for (; digitValue(peek()) < radix || (radix != 10 && peek() == '_'); ++at_)
            if (peek() != '_') digits += peek();
    }

    /// A space between thousands as a person or this program writes it, before three digits and no more.
    bool takeGroupSpace() {
        for (const std::string_view space : {" ", "\u00A0", "\u2009", "\u202F"}) {
            if (!text_.substr(at_).starts_with(space)) continue;
            std::size_t digits = 0;
            while (at_ + space.size() + digits < text_.size() && digitValue(text_[at_ + space.size() + digits]) < 10)
                ++digits;
            if (digits != 3) return false;
            at_ += space.size();
            return true;
        }
        return false;
    }

    /// The exponent after `e` or `p`, which is taken already. Past a million it is of no interest by how much.
    int exponent() {
        const bool negative = peek() == '-' || text_.substr(at_).starts_with("−");
        if (negative)
            at_ += peek() == '-' ? 1 : std::string_view("−").size();
        else if (peek() == '+')
            ++at_;
        std::string digits;
        takeDigits(10, digits);
        if (digits.empty()) notUnderstood("an exponent is expected");
        int value = 0;
        for (char c : digits) value = std::min(1'000'000, value * 10 + digitValue(c));
        return negative ? -value : value;
    }

    static cpp_int integer(const std::string& digits, unsigned radix) {
        cpp_int value = 0;
        for (char c : digits) value = value * radix + digitValue(c);
        return value;
    }

    /// digits × radix^-(fraction digits) × base^exponent.
    static ExactValue scaled(const std::string& digits, unsigned radix, std::size_t fractionDigits, unsigned base,
                             int exponent) {
        const Rational significand(integer(digits, radix));
        if (significand.is_zero()) return ExactValue(false, Rational(0));
        const auto fraction =
            ExactValue::fromSigned(significand / Rational(pow(cpp_int(radix), static_cast<unsigned>(fractionDigits))));
        return bounded(fraction.value() * raised(Rational(base), Rational(exponent)).value());
    }

    ExactValue decimal() {
        std::string digits;
        takeDigits(10, digits);
        for (bool grouped = !digits.empty() && digits.size() <= 3; grouped && takeGroupSpace();) takeDigits(10, digits);
        const std::size_t whole = digits.size();
        if (peek() == '.') {
            ++at_;
            takeDigits(10, digits);
        }
        if (digits.empty()) notUnderstood();
        const std::size_t fractionDigits = digits.size() - whole;
        int power = 0;
        if (peek() == 'e' || peek() == 'E') {
            ++at_;
            power = exponent();
        }
        return scaled(digits, 10, fractionDigits, 10, power);
    }

    /// `0x…` with a point or `p` is a hexadecimal float (C17 6.4.4.2), else bits of the selected format.
    ExactValue hexadecimal() {
        const std::size_t start = at_;
        at_ += 2;
        std::string digits;
        takeDigits(16, digits);
        const std::size_t whole = digits.size();
        const bool isFloat = peek() == '.' || peek() == 'p' || peek() == 'P';
        if (!isFloat) {
            at_ = start;
            return bits(selected_, 16);
        }
        if (peek() == '.') {
            ++at_;
            takeDigits(16, digits);
        }
        if (digits.empty()) notUnderstood("a hexadecimal digit is expected");
        int power = 0;
        const std::size_t fractionDigits = digits.size() - whole;
        if (peek() == 'p' || peek() == 'P') {
            ++at_;
            power = exponent();
        }
        return scaled(digits, 16, fractionDigits, 2, power);
    }

    /// A code: binary or hexadecimal digits, after `0b` or `0x` if they are there.
    ExactValue bits(const Format& format, int radix) {
        const std::string prefix = lowerCase(text_.substr(at_, 2));
        if (prefix == (radix == 2 ? "0b" : "0x")) at_ += 2;
        std::string digits;
        takeDigits(radix, digits);
        if (digits.empty())
            notUnderstood(radix == 2 ? "a binary digit is expected" : "a hexadecimal digit is expected");
        digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
        const cpp_int code = integer(digits, static_cast<unsigned>(radix));
        if (!code.is_zero() && static_cast<int>(msb(code)) >= format.bits())
            throw Misread{format.title + " has " + std::to_string(format.bits()) + " bits, and these are " +
                          std::to_string(msb(code) + 1)};
        return ExactValue::fromDouble(decode(format, static_cast<std::uint64_t>(code)));
    }

    ExactValue name() {
        const std::size_t start = at_;
        if (const auto format = formatBeforeColon()) return bits(*format, 16);
        while (std::isalnum(static_cast<unsigned char>(peek())) || peek() == '_') ++at_;
        const std::string word = lowerCase(text_.substr(start, at_ - start));
        if (peek() == ':') throw Misread{"no number format is called “" + word + "”"};
        if (word == "pi") return ExactValue(false, pi());
        if (word == "inf" || word == "infinity") return ExactValue(false, ExactValue::Kind::infinite);
        if (word == "nan") return ExactValue(false, ExactValue::Kind::nan);
        if (word == "max" || word == "min" || word == "eps" || word == "epsilon")
            return ExactValue::fromDouble(limitNamed(word));
        at_ = start;
        notUnderstood("a value looks like 0.1, 1e-8, 1/3, 2^-24, pi, max, min, eps, inf, nan, 0x3dcd or 0b0101");
    }

    /// The format named from here to the next colon, and both taken. Some names have a hyphen: "e5m2b-40".
    std::optional<Format> formatBeforeColon() {
        const std::size_t colon = text_.find(':', at_);
        if (colon == std::string_view::npos) return std::nullopt;
        auto format = findFormat(text_.substr(at_, colon - at_));
        if (!format) return std::nullopt;
        if (format->scaling != Scaling::none)
            throw Misread{format->title + " needs a scale beside the bits; " + elementOf(*format).name +
                          ": takes those of its elements"};
        at_ = colon + 1;
        return format;
    }

    double limitNamed(const std::string& word) const {
        const StatedLimits l = statedLimits(selected_);
        if (word == "max") return l.max;
        const bool isInteger = selected_.kind == FormatKind::integer;
        const auto limit = word != "min" ? l.epsilon : isInteger ? std::optional(l.lowest) : l.minNormal;
        if (limit) return *limit;
        throw Misread{selected_.title + (word == "min" ? " has no normal value" : " has not 1 and a value above it")};
    }

    std::string_view text_;
    const Format& selected_;
    std::size_t at_ = 0;
    int depth_ = 0;
};

}  // namespace

Result<ExactValue> parseValue(std::string_view text, const Format& selected) {
    const auto misread = [&](std::string message) {
        // A long text would bury the message; a shorter one is repeated whole.
        const bool isShort = text.size() <= 80;
        return Error{.code = ErrorCode::invalidArgument,
                     .message = std::move(message),
                     .where = std::string(isShort ? text : "value")};
    };
    if (text.size() > kLongestText)
        return misread("a value has at most " + std::to_string(kLongestText) + " characters");
    if (text.find_first_not_of(" \t") == std::string_view::npos) return misread("a value is expected");
    try {
        return Parser(text, selected).parseAll();
    } catch (const Misread& error) {
        return misread(error.message);
    }
}

}  // namespace mantissa
