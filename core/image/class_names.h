#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace mantissa {

/// Finds the class that a word means: its whole name ("tabby, tabby cat"), one of the names in it where no other class
/// has the same, or its number from 0. Upper and lower case, and spaces or underscores, make no difference.
class ClassNames {
  public:
    explicit ClassNames(const std::vector<std::string>& names);

    /// None for a word that means no class. A model without names has every number.
    std::optional<std::size_t> find(std::string_view word) const;

  private:
    std::size_t count_;
    std::unordered_map<std::string, std::size_t> whole_;
    std::unordered_map<std::string, std::optional<std::size_t>> parts_;  ///< none: of several classes
};

}  // namespace mantissa
