#include "image/class_names.h"

#include <algorithm>
#include <charconv>
#include <sstream>

namespace mantissa {
namespace {

/// Lower case, underscores as spaces, none at the ends. Bytes beyond ASCII stay as they are.
std::string plain(std::string_view text) {
    std::string result;
    for (const char c : text) result += c == '_' ? ' ' : c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    const auto first = result.find_first_not_of(" \t\r");
    if (first == std::string::npos) return {};
    return result.substr(first, result.find_last_not_of(" \t\r") - first + 1);
}

}  // namespace

ClassNames::ClassNames(const std::vector<std::string>& names) : count_(names.size()) {
    for (std::size_t i = 0; i < names.size(); ++i) {
        whole_.try_emplace(plain(names[i]), i);
        std::istringstream parts(names[i]);
        for (std::string part; std::getline(parts, part, ',');) {
            const auto [found, added] = parts_.try_emplace(plain(part), i);
            if (!added && found->second != i) found->second = std::nullopt;
        }
    }
    whole_.erase("");
    parts_.erase("");
}

std::optional<std::size_t> ClassNames::find(std::string_view word) const {
    const std::string wanted = plain(word);
    if (const auto found = whole_.find(wanted); found != whole_.end()) return found->second;
    if (const auto found = parts_.find(wanted); found != parts_.end()) return found->second;
    constexpr std::size_t kMostClasses = 1'000'000;
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(wanted.data(), wanted.data() + wanted.size(), number);
    if (wanted.empty() || error != std::errc{} || end != wanted.data() + wanted.size()) return std::nullopt;
    if (number >= (count_ > 0 ? count_ : kMostClasses)) return std::nullopt;
    return number;
}

}  // namespace mantissa
