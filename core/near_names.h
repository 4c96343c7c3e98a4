#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace mantissa {

/// Those of `names` that `typed` could be a slip of the pen for, closest first: at most a third of its letters, and two
/// in a short word, added, left out or changed. At most `most`.
std::vector<std::string> namesNear(std::string_view typed, const std::vector<std::string>& names, std::size_t most);

/// "conv1", "conv1 or conv2", "conv1, conv2 or conv3".
std::string eitherOf(const std::vector<std::string>& names);

}  // namespace mantissa
