#include "numerics/format.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
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

Format scaled(const Format& element, std::string name, std::string title, Scaling scaling, int blockSize) {
    Format f = element;
    f.name = std::move(name);
    f.title = std::move(title);
    f.scaling = scaling;
    f.blockSize = blockSize;
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
        integer("int4", "INT4", 1, 3),
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

const std::vector<Format>& knownScaled() {
    static const std::vector<Format> formats{
        scaled(format("int8"), "int8-affine", "INT8 affine", Scaling::affine, 0),
        scaled(format("int4"), "int4-affine", "INT4 affine", Scaling::affine, 0),
        scaled(format("e4m3"), "mxfp8e4m3", "MXFP8 E4M3", Scaling::mx, 32),  // OCP MX v1.0, table 1
        scaled(format("e5m2"), "mxfp8e5m2", "MXFP8 E5M2", Scaling::mx, 32),
        scaled(format("e3m2"), "mxfp6e3m2", "MXFP6 E3M2", Scaling::mx, 32),
        scaled(format("e2m3"), "mxfp6e2m3", "MXFP6 E2M3", Scaling::mx, 32),
        scaled(format("e2m1"), "mxfp4", "MXFP4", Scaling::mx, 32),
        scaled(format("e2m1"), "nvfp4", "NVFP4", Scaling::nvfp4, 16),
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
    Alias{"e8m0fnu", "e8m0"},
    Alias{"f64", "fp64"},
    Alias{"f32", "fp32"},
    Alias{"f16", "fp16"},
    Alias{"int8-symmetric", "int8"},
    Alias{"int4-symmetric", "int4"},
    Alias{"mxfp8", "mxfp8e4m3"},
    Alias{"mxfp6", "mxfp6e3m2"},
    // ml_dtypes' name of the IEEE-like format; its float8_e4m3fn is OCP's.
    Alias{"float8_e4m3", "e4m3ieee"},
};

/// "float8_e4m3fn" and the like, as PyTorch and ml_dtypes write them, without what stands before the shape.
std::string_view withoutPrefix(std::string_view name) {
    for (const std::string_view prefix : {"float8_", "float6_", "float4_"})
        if (name.starts_with(prefix)) return name.substr(prefix.size());
    return name;
}

/// The alias's name, else the name itself.
std::string_view resolved(std::string_view name) {
    for (const auto& alias : kAliases)
        if (alias.spelling == name) return alias.name;
    return name;
}

const Format* findKnown(std::string_view name) {
    for (const auto* list : {&known(), &knownScaled()})
        for (const auto& f : *list)
            if (f.name == name) return &f;
    return nullptr;
}

/// The known format of the same values whose name is its shape, "e5m2" for `e5m2b15ieee`.
const Format* knownShape(Format f) {
    for (const auto& candidate : known()) {
        f.name = candidate.name;
        f.title = candidate.title;
        f.storageBits = candidate.storageBits;
        if (candidate.name.starts_with('e') && f == candidate) return &candidate;
    }
    return nullptr;
}

/// Reads the spelling of a custom format from left to right.
class CustomName {
  public:
    explicit CustomName(std::string_view text) : rest_(text) {}

    std::optional<Format> read() {
        if (!take("e")) return std::nullopt;
        const auto exponentBits = number();
        if (!exponentBits || !take("m")) return std::nullopt;
        const auto fractionBits = number();
        if (!fractionBits || *exponentBits < 1 || *exponentBits > 11 || *fractionBits > 52) return std::nullopt;
        const std::string shape = "e" + std::to_string(*exponentBits) + "m" + std::to_string(*fractionBits);
        std::optional<int> bias;
        if (take("b") && !(bias = signedNumber())) return std::nullopt;
        // The bare shape is OCP's format where there is one.
        const Format* bare = findKnown(shape);
        const Specials usual = bare && bare->signBits == 1 ? bare->specials : Specials::ieee;
        Specials specials = takeSpecials().value_or(usual);
        // ml_dtypes writes "fn" for FP6 and FP4, too, which have no NaN at all.
        if (usual == Specials::none && specials == Specials::allOnesNan) specials = Specials::none;
        const bool subnormals = !take("nosub");
        if (!rest_.empty()) return std::nullopt;

        Format f = floating({}, {}, *exponentBits, *fractionBits, specials, 4);
        if (specials == Specials::negativeZeroNan) ++f.bias;  // IEEE's top exponent is an ordinary one
        const int usualBias = f.bias;
        f.bias = bias.value_or(usualBias);
        f.subnormals = subnormals;
        if (!fitsInFp64(f)) return std::nullopt;
        if (const Format* shaped = knownShape(f)) return *shaped;
        f.name = shape;
        if (f.bias != usualBias) f.name += "b" + std::to_string(f.bias);
        const bool wouldMeanAnother = bare && f.bias == usualBias && subnormals;
        if (specials != usual || wouldMeanAnother) f.name += wordOf(specials);
        if (!subnormals) f.name += "nosub";
        f.title = f.name;
        // Memory is addressed in bytes; a custom format is counted as the next power of two that holds it, from 4 on.
        while (f.storageBits < f.bits()) f.storageBits *= 2;
        return f;
    }

  private:
    bool take(std::string_view word) {
        if (!rest_.starts_with(word)) return false;
        rest_.remove_prefix(word.size());
        return true;
    }

    /// Leading zeros would give one format two names.
    std::optional<int> number() {
        std::size_t digits = 0;
        while (digits < rest_.size() && rest_[digits] >= '0' && rest_[digits] <= '9') ++digits;
        if (digits == 0 || digits > 4 || (digits > 1 && rest_[0] == '0')) return std::nullopt;
        int value = 0;
        std::from_chars(rest_.data(), rest_.data() + digits, value);
        rest_.remove_prefix(digits);
        return value;
    }

    std::optional<int> signedNumber() {
        const bool negative = take("-");
        const auto value = number();
        if (!value || (negative && *value == 0)) return std::nullopt;
        return negative ? -*value : *value;
    }

    struct Word {
        std::string_view text;
        Specials specials;
    };
    /// The longer before what it begins with.
    static constexpr Word kWords[] = {{"ieee", Specials::ieee},
                                      {"fnuz", Specials::negativeZeroNan},
                                      {"fn", Specials::allOnesNan},
                                      {"f", Specials::none}};

    std::optional<Specials> takeSpecials() {
        for (const auto& [text, specials] : kWords)
            if (take(text)) return specials;
        return std::nullopt;
    }

    static std::string_view wordOf(Specials specials) {
        for (const auto& word : kWords)
            if (word.specials == specials) return word.text;
        return {};
    }

    static bool fitsInFp64(const Format& f) {
        const int top = (1 << f.exponentBits) - (f.specials == Specials::ieee ? 2 : 1);
        if (!f.subnormals && top < 1) return false;  // one exponent bit, and it belongs to the special values
        return std::max(top, 1) - f.bias <= 1023 && 1 - f.bias - f.fractionBits >= -1074;
    }

    std::string_view rest_;
};

}  // namespace

std::span<const Format> knownFormats() { return known(); }
std::span<const Format> scaledFormats() { return knownScaled(); }

std::optional<Format> findFormat(std::string_view name) {
    std::string lower(name);
    std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
    const std::string_view plain = resolved(withoutPrefix(resolved(lower)));
    if (const Format* found = findKnown(plain)) return *found;
    return CustomName(plain).read();
}

const Format& format(std::string_view name) {
    for (const auto& f : known())
        if (f.name == name) return f;
    std::fprintf(stderr, "mantissa: no number format is called %.*s\n", static_cast<int>(name.size()), name.data());
    std::abort();
}

const Format& elementOf(const Format& f) {
    if (f.scaling == Scaling::none) return f;
    for (const auto& candidate : known())
        if (candidate.kind == f.kind && candidate.signBits == f.signBits && candidate.exponentBits == f.exponentBits &&
            candidate.fractionBits == f.fractionBits && candidate.specials == f.specials && candidate.bias == f.bias)
            return candidate;
    std::fprintf(stderr, "mantissa: %s scales an element that has no name\n", f.name.c_str());
    std::abort();
}

const Format* scaleOf(const Format& f) {
    if (f.scaling == Scaling::mx) return &format("e8m0");
    return f.scaling == Scaling::nvfp4 ? &format("e4m3") : nullptr;
}

int parameterBits(const Format& f, std::size_t dimensions) {
    return f.scaling != Scaling::none && dimensions < 2 ? format("fp32").storageBits : f.storageBits;
}

}  // namespace mantissa
