#pragma once

#include <span>
#include <string>

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
};

/// The limits of each format, schema "mantissa.formats/1".
std::string formatsJson(std::span<const Format> formats);

/// One value in each format: bits, exact value, error and neighbours, schema "mantissa.formats.value/1".
std::string valueJson(const ValueInFormats& value);

/// One value in each format, short, as an item of a list: {"input", "bits": "f32:…", "e4m3": {"code", "value",
/// "error"}, …}.
std::string valueItemJson(const ValueInFormats& value);

}  // namespace mantissa
