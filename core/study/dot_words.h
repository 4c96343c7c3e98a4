#pragma once

#include <string>

#include "study/dot_product.h"

// Private to core/study: what a finished report says in words.

namespace mantissa {

/// Sets `finding` and `explanation` from the rest of the report.
void describe(DotReport& report);

}  // namespace mantissa
