#pragma once

#include <string_view>

#include "numerics/exact_value.h"
#include "result.h"

namespace mantissa {

/// What TypedValue::parse reads; the grammar is described there.
Result<ExactValue> parseValue(std::string_view text, const Format& selected);

}  // namespace mantissa
