#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace mantissa {

/// "[16, 3, 3, 3]"; "[]" for a 0-d tensor.
std::string shapeText(const std::vector<std::int64_t>& shape);

}  // namespace mantissa
