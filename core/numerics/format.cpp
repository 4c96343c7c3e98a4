#include "numerics/format.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace mantissa {
namespace {

Format floating(std::string name, std::string title, int exponentBits, int fractionBits, Specials specials,
                int storageBits) {
    Format f;
    f.name = std::move(name);
    f.title = std::move(title);
    f.exponentBits = exponentBits;
    f.fractionBits = fractionBits;
    f.bias = (1 << (exponentBits - 1)) - 1;
    f.specials = specials;
    f.storageBits = storageBits;
    return f;
}

Format fnuz(std::string name, std::string title, int exponentBits, int fractionBits) {
    Format f = floating(std::move(name), std::move(title), exponentBits, fractionBits, Specials::negativeZeroNan, 8);
    f.bias = 1 << (exponentBits - 1);  // one more than IEEE's: the top exponent is an ordinary one
    return f;
}

Format integer(std::string name, std::string title, int signBits, int valueBits) {
    Format f;
    f.name = std::move(name);
    f.title = std::move(title);
    f.kind = FormatKind::integer;
    f.signBits = signBits;
    f.exponentBits = 0;
    f.fractionBits = valueBits;
    f.bias = 0;
    f.specials = Specials::none;
    f.subnormals = false;
    f.storageBits = signBits + valueBits;
    return f;
}

/// The scale format of OCP MX v1.0 (clause 5.4.1): an exponent and nothing else, 0xFF is NaN, no zero.
Format e8m0() {
    Format f = floating("e8m0", "E8M0", 8, 0, Specials::allOnesNan, 8);
    f.signBits = 0;
    f.subnormals = false;
    return f;
}

const std::vector<Format>& known() {
    static const std::vector<Format> formats{
        floating("fp64", "FP64", 11, 52, Specials::ieee, 64),  // IEEE 754-2019 binary64
        floating("fp32", "FP32", 8, 23, Specials::ieee, 32),   // IEEE 754-2019 binary32
        floating("tf32", "TF32", 8, 10, Specials::ieee, 32),   // NVIDIA Ampere: 19 bits kept in a 32-bit register
        floating("fp16", "FP16", 5, 10, Specials::ieee, 16),   // IEEE 754-2019 binary16
        floating("bf16", "BF16", 8, 7, Specials::ieee, 16),    // the upper half of binary32
        floating("e4m3", "FP8 E4M3", 4, 3, Specials::allOnesNan, 8),  // OCP OFP8 v1.0
        floating("e5m2", "FP8 E5M2", 5, 2, Specials::ieee, 8),        // OCP OFP8 v1.0
        integer("int8", "INT8", 1, 7),
        integer("uint8", "UINT8", 0, 8),
        integer("int16", "INT16", 1, 15),
        integer("int32", "INT32", 1, 31),
        fnuz("e4m3fnuz", "FP8 E4M3FNUZ", 4, 3),  // Graphcore, AMD CDNA 3
        fnuz("e5m2fnuz", "FP8 E5M2FNUZ", 5, 2),
        floating("e3m2", "FP6 E3M2", 3, 2, Specials::none, 6),  // OCP MX v1.0
        floating("e2m3", "FP6 E2M3", 2, 3, Specials::none, 6),
        floating("e2m1", "FP4 E2M1", 2, 1, Specials::none, 4),
        e8m0(),
    };
    return formats;
}

struct Alias {
    std::string_view spelling;
    std::string_view name;
};

constexpr std::array kAliases{
    Alias{"float64", "fp64"},
    Alias{"double", "fp64"},
    Alias{"float32", "fp32"},
    Alias{"float", "fp32"},
    Alias{"single", "fp32"},
    Alias{"float16", "fp16"},
    Alias{"half", "fp16"},
    Alias{"bfloat16", "bf16"},
    Alias{"tensorfloat32", "tf32"},
    Alias{"fp8", "e4m3"},
    Alias{"e4m3fn", "e4m3"},
    Alias{"float8_e4m3fn", "e4m3"},
    Alias{"float8_e5m2", "e5m2"},
    Alias{"float8_e4m3fnuz", "e4m3fnuz"},
    Alias{"float8_e5m2fnuz", "e5m2fnuz"},
    Alias{"e3m2fn", "e3m2"},
    Alias{"e2m3fn", "e2m3"},
    Alias{"e2m1fn", "e2m1"},
    Alias{"e8m0fnu", "e8m0"},
    Alias{"f64", "fp64"},
    Alias{"f32", "fp32"},
    Alias{"f16", "fp16"},
};

/// `eXmY`, IEEE-like; nothing when the text is not of that form or out of range.
std::optional<Format> custom(std::string_view name) {
    const auto m = name.find('m');
    if (name.size() < 4 || name[0] != 'e' || m == std::string_view::npos) return std::nullopt;
    int exponentBits = 0, fractionBits = 0;
    const auto read = [](std::string_view digits, int& value) {
        const bool isNumber = std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
        // Leading zeros would give one format two names.
        if (!isNumber || digits.empty() || digits.size() > 2 || (digits.size() == 2 && digits[0] == '0')) return false;
        return std::from_chars(digits.data(), digits.data() + digits.size(), value).ec == std::errc{};
    };
    if (!read(name.substr(1, m - 1), exponentBits) || !read(name.substr(m + 1), fractionBits)) return std::nullopt;
    if (exponentBits < 1 || exponentBits > 11 || fractionBits > 52) return std::nullopt;
    const int bits = 1 + exponentBits + fractionBits;
    // Memory is addressed in bytes; a custom format is counted as the next power of two that holds it, from 4 bits on.
    int storage = 4;
    while (storage < bits) storage *= 2;
    return floating(std::string(name), std::string(name), exponentBits, fractionBits, Specials::ieee, storage);
}

}  // namespace

std::span<const Format> knownFormats() { return known(); }

std::optional<Format> findFormat(std::string_view name) {
    std::string lower(name);
    std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
    for (const auto& alias : kAliases)
        if (alias.spelling == lower) lower = alias.name;
    for (const auto& f : known())
        if (f.name == lower) return f;
    return custom(lower);
}

const Format& format(std::string_view name) {
    for (const auto& f : known())
        if (f.name == name) return f;
    std::fprintf(stderr, "mantissa: no number format is called %.*s\n", static_cast<int>(name.size()), name.data());
    std::abort();
}

FormatLimits limits(const Format& f) {
    FormatLimits l;
    l.codes = f.bits() >= 64 ? UINT64_MAX : std::uint64_t{1} << f.bits();
    if (f.kind == FormatKind::integer) {
        l.max = std::ldexp(1.0, f.fractionBits) - 1;
        l.minNormal = l.minSubnormal = l.epsilon = 1;
        l.decimalDigits = f.fractionBits * std::log10(2.0);
    } else {
        const std::uint64_t fractions = std::uint64_t{1} << f.fractionBits;
        const std::uint64_t signs = std::uint64_t{1} << f.signBits;
        // The largest finite value: top exponent and fraction, less what the specials take of them.
        int topExponent = (1 << f.exponentBits) - 1;
        double topFraction = std::ldexp(static_cast<double>(fractions - 1), -f.fractionBits);
        if (f.specials == Specials::ieee) {
            --topExponent;
            l.infinities = signs;
            l.nans = signs * (fractions - 1);
        } else if (f.specials == Specials::allOnesNan) {
            if (f.fractionBits == 0)
                --topExponent;
            else
                topFraction -= std::ldexp(1.0, -f.fractionBits);
            l.nans = signs;
        } else if (f.specials == Specials::negativeZeroNan) {
            l.nans = 1;
        }
        const int lowestExponent = f.signBits ? 1 : 0;  // E8M0 has no zero, so field 0 is a normal value's
        if (topExponent >= lowestExponent)
            l.max = std::ldexp(1 + topFraction, topExponent - f.bias);
        else  // one exponent bit, and IEEE's specials take it: only subnormals are left
            l.max = std::ldexp(topFraction, 1 - f.bias);
        l.minNormal = std::ldexp(1.0, lowestExponent - f.bias);
        l.minSubnormal = f.subnormals ? std::ldexp(1.0, 1 - f.bias - f.fractionBits) : l.minNormal;
        l.epsilon = std::ldexp(1.0, -f.fractionBits);
        l.decimalDigits = (f.fractionBits + 1) * std::log10(2.0);
    }
    // Through logarithms: the quotient itself overflows for FP64.
    l.dynamicRangeBinades = std::log2(l.max) - std::log2(l.minSubnormal);
    l.dynamicRangeDb = 20 * (std::log10(l.max) - std::log10(l.minSubnormal));
    return l;
}

}  // namespace mantissa
