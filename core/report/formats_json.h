#pragma once

#include <optional>
#include <span>
#include <string>

#include "numerics/affine.h"
#include "numerics/format.h"
#include "numerics/rounding.h"
#include "numerics/value_text.h"

namespace mantissa {

/// A value as it was typed, read, and to be rounded.
struct ValueInFormats {
    std::string input;
    TypedValue value;
    std::span<const Format> formats;
    RoundOptions rounding;
    std::optional<Affine> affine;  ///< scale and zero point of the formats, which then are integers

    StoredValue storedIn(const Format& format) const;
    /// What a code of the format stands for.
    double valueOf(const Format& format, std::uint64_t code) const;
};

/// The limits of each format, schema "mantissa.formats/1".
std::string formatsJson(std::span<const Format> formats);

/// One value in each format: bits, exact value, error and neighbours, schema "mantissa.formats.value/1".
std::string valueJson(const ValueInFormats& value);

/// One value in each format, short, as an item of a list: {"input", "bits": "f32:…", "e4m3": {"code", "value",
/// "error"}, …}.
std::string valueItemJson(const ValueInFormats& value);

}  // namespace mantissa
